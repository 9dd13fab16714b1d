// What comes of the bytes: reads and writes at the edges of buffers, files, limits and devices.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

CASE("an operation of 0 bytes is accepted and gives 0") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  EXPECT_EQ(context.Run(Pread(file.get(), page.data(), 0)), 0);
  EXPECT_EQ(context.Run(Pwrite(file.get(), page.data(), 0)), 0);
  EXPECT_EQ(context.Run(Preadv(file.get(), nullptr, 0)), 0);
  EXPECT_EQ(context.Run(Pwritev(file.get(), nullptr, 0)), 0);
}

CASE("a read at and behind the end of the file gives 0, across it the rest") {
  const Context context;
  const Fd file = TempFile(300);
  const Pages page;
  EXPECT_EQ(context.Run(Pread(file.get(), page.data(), 100, 300)), 0);
  EXPECT_EQ(context.Run(Pread(file.get(), page.data(), 100, 301)), 0);
  EXPECT_EQ(context.Run(Pread(file.get(), page.data(), 100, 250)), 50);
}

CASE("an empty pipe with RWF_NOWAIT gives -EAGAIN (Linux 6.4, before it EOPNOTSUPP)") {
  const Context context;
  const Pipe pipe;
  const Pages page;
  iocb read = WithFlags(Pread(pipe.read_end.get(), page.data(), 1), RWF_NOWAIT);
  // fs/pipe.c sets FMODE_NOWAIT since 6.4; without it the submission is refused.
  if (!KernelIsAtLeast(6, 4)) {
    EXPECT_EQ(context.Submit(read), -EOPNOTSUPP);
    return;
  }
  EXPECT_EQ(context.Submit(read), 1);
  EXPECT_EQ(context.Wait(1)[0].res, -EAGAIN);
}

CASE("offset -1 gives EINVAL at submission") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  iocb read = Pread(file.get(), page.data(), 512, -1);
  iocb write = Pwrite(file.get(), page.data(), 512, -1);
  EXPECT_EQ(context.Submit(read), -EINVAL);
  EXPECT_EQ(context.Submit(write), -EINVAL);
}

CASE("a buffer that is not mapped gives EFAULT, at submission or as the result") {
  const Context context;
  const Fd file = TempFile(2 * PageSize());
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDWR | O_DIRECT);
  for (const int fd : {file.get(), direct.get()}) {
    EXPECT_EQ(context.Run(Pread(fd, BadPointer<char>(), PageSize())), -EFAULT);
    EXPECT_EQ(context.Run(Pwrite(fd, BadPointer<char>(), PageSize())), -EFAULT);
    // An address of the kernel's half is refused by access_ok(), before anything is started.
    EXPECT_EQ(context.Run(Pread(fd, reinterpret_cast<char*>(~0xfffUL), PageSize())), -EFAULT);
  }
}

CASE("misaligned direct I/O gives -EINVAL as the result (ext4, xfs)") {
  const Context context;
  const Fd file = TempFile(4 * PageSize());
  const FileSystem kind = FileSystemOf(file.get());
  if (kind != FileSystem::kExt4 && kind != FileSystem::kXfs) SKIP("needs ext4 or xfs");
  const Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  const Pages pages(2);
  EXPECT_EQ(context.Run(Pread(direct.get(), pages.data(), 100)), -EINVAL);
  EXPECT_EQ(context.Run(Pread(direct.get(), pages.data(), PageSize(), 100)), -EINVAL);
  EXPECT_EQ(context.Run(Pread(direct.get(), pages.data() + 1, PageSize())), -EINVAL);
}

CASE("two appends at offset 0 to an O_APPEND file give 12345678") {
  const Context context;
  const Fd file = TempFile();
  const Fd appending = file.Reopen(O_WRONLY | O_APPEND);
  iocb first = Pwrite(appending.get(), "1234", 4);
  iocb second = Pwrite(appending.get(), "5678", 4);
  iocb* operations[] = {&first, &second};
  REQUIRE_EQ(context.Submit(operations), 2);
  for (const io_event& event : context.Wait(2)) EXPECT_EQ(event.res, 4);
  EXPECT_EQ(ContentsOf(file.get()), "12345678");
}

CASE("a mapping of the same file serves as the buffer, for reads and writes, in full") {
  const Context context;
  const size_t bytes = 4 * PageSize();
  const Fd file = TempFile(bytes, 'm');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDWR | O_DIRECT);
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  REQUIRE(memory != MAP_FAILED);
  auto* const buffer = static_cast<char*>(memory);
  for (const int fd : {file.get(), direct.get()}) {
    EXPECT_EQ(context.Run(Pwrite(fd, buffer, bytes)), bytes);
    EXPECT_EQ(context.Run(Pread(fd, buffer, bytes)), bytes);
    // Onto itself, a page further: the page that is written is the one that faults.
    EXPECT_EQ(context.Run(Pwrite(fd, buffer, bytes / 2, static_cast<int64_t>(bytes / 2))),
              bytes / 2);
  }
  EXPECT_EQ(ContentsOf(file.get()), std::string(bytes, 'm'));
  munmap(memory, bytes);
}

CASE("a read into a read-only mapping gives EFAULT, a write from it succeeds") {
  const Context context;
  const Fd file = TempFile(PageSize(), 'f');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDWR | O_DIRECT);
  const Pages page(1, 'p');
  page.Protect(0, 1, PROT_READ);
  for (const int fd : {file.get(), direct.get()}) {
    EXPECT_EQ(context.Run(Pread(fd, page.data(), page.size())), -EFAULT);
    EXPECT_EQ(context.Run(Pwrite(fd, page.data(), page.size())), page.size());
  }
  EXPECT(page.HoldsOnly('p'));
}

CASE("a buffered read into a half-writable buffer is short, a direct one gives EFAULT") {
  const Context context;
  const Fd file = TempFile(2 * PageSize(), 'h');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  const Pages pages(2);
  pages.Protect(1, 1, PROT_READ);
  EXPECT_EQ(context.Run(Pread(file.get(), pages.data(), pages.size())), PageSize());
  EXPECT(std::all_of(pages.data(), pages.data() + PageSize(), [](char c) { return c == 'h'; }));
  EXPECT_EQ(context.Run(Pread(direct.get(), pages.data(), pages.size())), -EFAULT);
}

CASE("a buffered write from a half-readable buffer is short") {
  const Context context;
  const Fd file = TempFile();
  const Pages pages(2, 'h');
  pages.Protect(1, 1, PROT_NONE);
  EXPECT_EQ(context.Run(Pwrite(file.get(), pages.data(), pages.size())), PageSize());
  EXPECT_EQ(ContentsOf(file.get()), std::string(PageSize(), 'h'));
}

CASE("ten vectors written at 0 and 512 come back equal, buffered and direct") {
  constexpr size_t kVectors = 10;
  constexpr size_t kBytes = 512;
  const Context context;
  const Fd file = TempFile(kVectors * kBytes + 512);
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDWR | O_DIRECT);
  const Pages source(2);
  const Pages target(2);
  iovec from[kVectors];
  iovec to[kVectors];
  for (size_t i = 0; i < kVectors; ++i) {
    std::memset(source.data() + i * kBytes, static_cast<int>('0' + i), kBytes);
    from[i] = {source.data() + i * kBytes, kBytes};
    to[i] = {target.data() + (kVectors - 1 - i) * kBytes, kBytes};  // vectors need no order
  }
  for (const int fd : {file.get(), direct.get()}) {
    for (const int64_t offset : {0, 512}) {
      const long written = context.Run(Pwritev(fd, from, kVectors, offset));
      if (fd == direct.get() && written == -EINVAL) SKIP("direct I/O needs more than 512 bytes");
      EXPECT_EQ(written, kVectors * kBytes);
      EXPECT_EQ(context.Run(Preadv(fd, to, kVectors, offset)), kVectors * kBytes);
      for (size_t i = 0; i < kVectors; ++i) {
        EXPECT_EQ(std::memcmp(from[i].iov_base, to[i].iov_base, kBytes), 0);
      }
    }
  }
}

CASE(
    "a direct read with RWF_NOWAIT over a dirty page gives -EAGAIN or all, after a direct write "
    "all") {
  const Context context;
  const Fd file = TempFile(PageSize(), 'n');  // buffered and not synced: dirty in the page cache
  const Fd direct = file.Reopen(O_RDWR | O_DIRECT);
  const Pages page(1, 'w');
  const iocb read = WithFlags(Pread(direct.get(), page.data(), page.size()), RWF_NOWAIT);
  const long over_cache = context.Run(read);
  // ext4 and xfs (iomap) look whether a page needs writing back; it may have been by now.
  EXPECT(over_cache == -EAGAIN || over_cache == static_cast<long>(page.size()));
  std::memset(page.data(), 'w', page.size());
  // A direct write throws the page out of the cache.
  EXPECT_EQ(context.Run(Pwrite(direct.get(), page.data(), page.size())), page.size());
  EXPECT_EQ(context.Run(read), page.size());
  EXPECT(page.HoldsOnly('w'));
}

}  // namespace
}  // namespace aio_bind::kernel
