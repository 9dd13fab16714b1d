// Large amounts, and what happens where a file may not grow any more.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

// 768 MiB in the full run.
CASE("a buffer of many MiB goes in one write and comes back in one read") {
  const size_t bytes = static_cast<size_t>(Rounds(12, 768)) << 20;
  struct sysinfo memory{};
  REQUIRE_EQ(sysinfo(&memory), 0);
  if ((memory.freeram + memory.bufferram) * memory.mem_unit < 3 * bytes)
    SKIP("needs three times as much memory free");
  const Context context;
  const Fd file = TempFile();
  struct statvfs disk{};
  REQUIRE_EQ(fstatvfs(file.get(), &disk), 0);
  if (disk.f_bavail * disk.f_frsize < 2 * bytes) SKIP("needs twice as much disk");
  const Pages buffer(bytes / PageSize());
  const std::span words(reinterpret_cast<uint64_t*>(buffer.data()), bytes / sizeof(uint64_t));
  // One word a page says which page it is.
  const size_t stride = PageSize() / sizeof(uint64_t);
  for (size_t i = 0; i < words.size(); i += stride) words[i] = i + 1;
  EXPECT_EQ(context.Run(Pwrite(file.get(), buffer.data(), bytes)), bytes);
  for (size_t i = 0; i < words.size(); i += stride) words[i] = 0;
  EXPECT_EQ(context.Run(Pread(file.get(), buffer.data(), bytes)), bytes);
  size_t wrong = 0;
  for (size_t i = 0; i < words.size(); i += stride) wrong += words[i] != i + 1;
  EXPECT_EQ(wrong, 0U);
}

CASE("under RLIMIT_FSIZE L 512 bytes at L-512 are 512, at L-511 511, at L EFBIG") {
  constexpr int64_t kLimit = 1 << 20;
  const Context context;
  const Fd file = TempFile();
  const Pages page;
  // setrlimit(2): a write beyond the limit raises SIGXFSZ as well, from io_submit(2) too.
  REQUIRE(std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  rlimit limit{};
  REQUIRE_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = kLimit;
  REQUIRE_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_EQ(context.Run(Pwrite(file.get(), page.data(), 512, kLimit - 512)), 512);
  EXPECT_EQ(context.Run(Pwrite(file.get(), page.data(), 512, kLimit - 511)), 511);
  EXPECT_EQ(context.Run(Pwrite(file.get(), page.data(), 512, kLimit)), -EFBIG);
  EXPECT_EQ(context.Run(Pread(file.get(), page.data(), 512, kLimit)), 0);
  EXPECT_EQ(context.Run(Pwrite(file.get(), page.data(), 0, kLimit)), 0);
  EXPECT_EQ(SizeOf(file.get()), kLimit);
}

CASE("a direct write across RLIMIT_FSIZE is cut there, one at the limit gives EFBIG") {
  const Context context;
  const Fd direct = TempFile().Reopen(O_RDWR | O_DIRECT);
  const Pages pages(2);
  const auto limit_bytes = static_cast<int64_t>(PageSize() * 4);
  REQUIRE(std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  rlimit limit{};
  REQUIRE_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = static_cast<rlim_t>(limit_bytes);
  REQUIRE_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto last_page = limit_bytes - static_cast<int64_t>(PageSize());
  EXPECT_EQ(context.Run(Pwrite(direct.get(), pages.data(), pages.size(), last_page)), PageSize());
  EXPECT_EQ(context.Run(Pwrite(direct.get(), pages.data(), pages.size(), limit_bytes)), -EFBIG);
}

CASE("a full tmpfs gives ENOSPC for one byte more, and cuts a write that crosses its end") {
  constexpr size_t kBytes = 64 << 10;
  // A mount that only this process sees and that goes with it.
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("none", "/tmp", "tmpfs", 0, "size=64k") != 0) {
    SKIP("mounting a tmpfs needs CAP_SYS_ADMIN");
  }
  const Context context;
  const Fd file = TempFileIn("/tmp");
  const std::string bytes(kBytes + 1, 'f');
  EXPECT_EQ(context.Run(Pwrite(file.get(), bytes.data(), kBytes)), kBytes);
  EXPECT_EQ(context.Run(Pwrite(file.get(), bytes.data(), 1, kBytes)), -ENOSPC);
  EXPECT_EQ(context.Run(Pwrite(file.get(), bytes.data(), 0, kBytes)), 0);
  REQUIRE_EQ(ftruncate(file.get(), 0), 0);
  EXPECT_EQ(context.Run(Pwrite(file.get(), bytes.data(), kBytes + 1)), kBytes);
  EXPECT_EQ(SizeOf(file.get()), kBytes);
}

// A million in the full run.
CASE("single-page writes without end, then as many reads, are all full") {
  const auto total = static_cast<size_t>(Rounds(20'000, 1'000'000));
  constexpr size_t kFilePages = 1024;
  constexpr size_t kBatch = 100;
  const Context context(kBatch);
  const Fd file = TempFile(kFilePages * PageSize());
  const Pages pages(kBatch);
  std::array<iocb, kBatch> operations{};
  std::array<iocb*, kBatch> pointers{};
  std::array<io_event, kBatch> events{};
  size_t full = 0;
  size_t wrong = 0;
  for (const bool writing : {true, false}) {
    for (size_t done = 0; done < total; done += kBatch) {
      for (size_t i = 0; i < kBatch; ++i) {
        char* const page = pages.data() + i * PageSize();
        const size_t index = (done + i) % kFilePages;
        const auto offset = static_cast<int64_t>(index * PageSize());
        if (writing) std::memcpy(page, &index, sizeof index);
        operations[i] = writing ? Pwrite(file.get(), page, PageSize(), offset)
                                : Pread(file.get(), page, PageSize(), offset);
        operations[i].aio_data = index;
        pointers[i] = &operations[i];
      }
      REQUIRE_EQ(context.Submit(pointers), kBatch);
      context.WaitInto(events);
      for (const io_event& event : events) full += std::cmp_equal(event.res, PageSize());
      for (size_t i = 0; i < kBatch; ++i) {
        wrong += std::memcmp(pages.data() + i * PageSize(), &operations[i].aio_data, 8) != 0;
      }
    }
  }
  EXPECT_EQ(full, 2 * total);
  EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace aio_bind::kernel
