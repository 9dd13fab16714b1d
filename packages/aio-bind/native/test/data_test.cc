// That the right bytes are in the file and in the buffer, while others look on as well: the cases
// of xfstests' aio group (generic/113, 208, 210, 240, 427, 586 and others).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <random>
#include <thread>

#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

// A file whose blocks on the disk have carried 'S' (stale) and which is empty now; what the file
// system hands out next is likely one of them.
Fd FileOverStaleBlocks(size_t bytes) {
  Fd file = TempFile(bytes, 'S');
  REQUIRE_EQ(fsync(file.get()), 0);
  REQUIRE_EQ(ftruncate(file.get(), 0), 0);
  REQUIRE_EQ(fsync(file.get()), 0);
  return file;
}

bool HoldsOnly(const std::string& bytes, const std::string& allowed) {
  return bytes.find_first_not_of(allowed) == std::string::npos;
}

void ExpectSizeAtCompletion(const Fd& fd) {
  const Context context;
  const Pages page(1, 'e');
  for (size_t writes = 1; writes <= 100; ++writes) {
    const auto offset = static_cast<int64_t>((writes - 1) * page.size());
    REQUIRE_EQ(context.Run(Pwrite(fd.get(), page.data(), page.size(), offset)), page.size());
    REQUIRE_EQ(SizeOf(fd.get()), writes * page.size());
  }
}

CASE("stat sees the size of an extending write when it completes, on a disk") {
  ExpectSizeAtCompletion(TempFile());
  ExpectSizeAtCompletion(TempFile().Reopen(O_RDWR | O_DIRECT));
}

CASE("stat sees the size of an extending write when it completes, on tmpfs") {
  ExpectSizeAtCompletion(TempFileIn(TmpfsDirectory()));
}

CASE("a file of 300 bytes read with a larger buffer gives 300, on a disk") {
  const Context context;
  const Fd file = TempFile(300, 't');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  const Pages page;
  for (const int fd : {file.get(), direct.get()}) {
    EXPECT_EQ(context.Run(Pread(fd, page.data(), page.size())), 300);
    EXPECT_EQ(std::string(page.data(), 301), std::string(300, 't') + '\0');
  }
}

CASE("a file of 300 bytes read with a larger buffer gives 300, on tmpfs") {
  const Context context;
  const Fd file = TempFileIn(TmpfsDirectory(), 300, 't');
  const Pages page;
  EXPECT_EQ(context.Run(Pread(file.get(), page.data(), page.size())), 300);
}

// Fills the holes of a sparse file in random order while a thread reads all of it, over and over.
void ExpectZerosOrData(const Fd& file, int writer_flags) {
  constexpr size_t kBlocks = 256;
  constexpr size_t kDepth = 16;
  const size_t block = PageSize();
  REQUIRE_EQ(ftruncate(file.get(), static_cast<off_t>(kBlocks * block)), 0);
  const Fd writing = file.Reopen(writer_flags);
  const Context context(kDepth);
  const Pages data(1, 'd');
  std::vector<size_t> order(kBlocks);
  for (size_t i = 0; i < kBlocks; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::minstd_rand());
  std::atomic<bool> over = false;
  std::jthread reader([&] {
    while (!over) EXPECT(HoldsOnly(ContentsOf(file.get()), std::string("\0d", 2)));
  });
  for (size_t done = 0; done < kBlocks; done += kDepth) {
    iocb writes[kDepth];
    iocb* pointers[kDepth];
    for (size_t i = 0; i < kDepth; ++i) {
      const auto offset = static_cast<int64_t>(order[done + i] * block);
      writes[i] = Pwrite(writing.get(), data.data(), block, offset);
      pointers[i] = &writes[i];
    }
    EXPECT_EQ(context.Submit(pointers), kDepth);
    for (const io_event& event : context.Wait(kDepth)) EXPECT_EQ(event.res, block);
  }
  over = true;
  reader.join();
  EXPECT(HoldsOnly(ContentsOf(file.get()), "d"));
}

CASE("who reads a file whose holes are being filled sees zeros or the data, on a disk") {
  ExpectZerosOrData(FileOverStaleBlocks(1 << 20), O_WRONLY | O_DIRECT);
  ExpectZerosOrData(FileOverStaleBlocks(1 << 20), O_WRONLY);
}

CASE("who reads a file whose holes are being filled sees zeros or the data, on tmpfs") {
  ExpectZerosOrData(TempFileIn(TmpfsDirectory()), O_WRONLY);
}

CASE("who reads at an end of file that moves in sub-block steps sees zeros or the data") {
  constexpr size_t kSector = 512;
  const int64_t steps = Rounds(100, 400);
  const Fd file = FileOverStaleBlocks(static_cast<size_t>(steps) * kSector);
  const Fd direct = file.Reopen(O_WRONLY | O_DIRECT);
  const Context context;
  const Pages data(1, 'd');
  std::atomic<bool> over = false;
  std::jthread reader([&] {
    std::string block(PageSize(), '\0');
    while (!over) {
      const off_t size = SizeOf(file.get());
      const off_t from = size - size % static_cast<off_t>(block.size());
      const ssize_t got = pread(file.get(), block.data(), block.size(), from);
      if (!EXPECT(got >= 0)) break;
      EXPECT(HoldsOnly(block.substr(0, static_cast<size_t>(got)), std::string("\0d", 2)));
    }
  });
  bool unaligned = false;
  for (int64_t step = 0; step < steps && !unaligned; ++step) {
    const int64_t offset = step * static_cast<int64_t>(kSector);
    const long written = context.Run(Pwrite(direct.get(), data.data(), kSector, offset));
    unaligned = written == -EINVAL;
    if (!unaligned) EXPECT_EQ(written, kSector);
  }
  over = true;
  reader.join();
  if (unaligned) SKIP("direct I/O needs more than 512 bytes here");
  EXPECT(ContentsOf(file.get()) == std::string(static_cast<size_t>(steps) * kSector, 'd'));
}

CASE("a failed direct write completes once and leaves zeros or its own bytes, nothing stale") {
  const Context context;
  const Fd file = FileOverStaleBlocks(64 * PageSize());
  REQUIRE_EQ(ftruncate(file.get(), static_cast<off_t>(64 * PageSize())), 0);
  const Fd direct = file.Reopen(O_WRONLY | O_DIRECT);
  const Pages pages(8, 'd');
  pages.Protect(4, 4, PROT_NONE);
  for (int64_t i = 0; i < 8; ++i) {
    // In the file's hole, then beyond its end.
    for (const int64_t place : {i * 8, 64 + i * 8}) {
      const int64_t offset = place * static_cast<int64_t>(PageSize());
      iocb write = Pwrite(direct.get(), pages.data(), pages.size(), offset);
      REQUIRE_EQ(context.Submit(write), 1);
      const int64_t result = context.Wait(1)[0].res;
      EXPECT(result == -EFAULT || result == static_cast<int64_t>(4 * PageSize()));
      EXPECT_EQ(context.Take(8).size(), 0U);
    }
  }
  EXPECT(HoldsOnly(ContentsOf(file.get()), std::string("\0d", 2)));
}

CASE("the operation in flight may hold the last reference to its file") {
  constexpr size_t kBytes = 1 << 20;
  const Context context;
  Fd file = TempFile(kBytes, 'l');
  REQUIRE_EQ(fsync(file.get()), 0);
  Fd direct = file.Reopen(O_RDWR | O_DIRECT);
  file.Close();
  const Pages source(kBytes / PageSize(), 'w');
  const Pages target(kBytes / PageSize());
  iocb read = Pread(direct.get(), target.data(), kBytes);
  iocb write = Pwrite(direct.get(), source.data(), kBytes);
  iocb sync = Fsync(direct.get());
  REQUIRE_EQ(context.Submit(read), 1);
  EXPECT_EQ(context.Wait(1)[0].res, kBytes);
  EXPECT(target.HoldsOnly('l'));
  iocb* operations[] = {&write, &sync, &read};
  REQUIRE_EQ(context.Submit(operations), 3);
  direct.Close();  // the file has no name either: its inode goes with these three
  for (const io_event& event : context.Wait(3)) {
    EXPECT_EQ(event.res, event.obj == Address(&sync) ? 0 : kBytes);
  }
}

}  // namespace
}  // namespace aio_bind::kernel
