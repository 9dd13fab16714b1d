// io_setup(2) and io_destroy(2).
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <thread>

#include "../kernel/syscalls.h"
#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

aio_context_t const kInvented = 0x12345678;

CASE("io_setup(1) fills the context, and a second one into it gives EINVAL") {
  aio_context_t id = 0;
  EXPECT_EQ(IoSetup(1, &id), 0);
  EXPECT(id != 0);
  const aio_context_t first = id;
  EXPECT_EQ(IoSetup(1, &id), -EINVAL);
  EXPECT_EQ(id, first);
  EXPECT_EQ(IoDestroy(id), 0);
}

CASE("io_setup of 0, -1 and -1000 gives EINVAL and leaves the context 0") {
  for (const int nr_events : {0, -1, -1000}) {
    aio_context_t id = 0;
    EXPECT_EQ(IoSetup(static_cast<unsigned>(nr_events), &id), -EINVAL);
    EXPECT_EQ(id, 0U);
  }
}

CASE("io_setup with a null, unmapped or read-only context pointer gives EFAULT") {
  EXPECT_EQ(IoSetup(1, nullptr), -EFAULT);
  EXPECT_EQ(IoSetup(1, BadPointer<aio_context_t>()), -EFAULT);
  // Readable and 0, so that the context is made before the kernel finds that it can't say which.
  const Pages page;
  page.Protect(0, 1, PROT_READ);
  EXPECT_EQ(IoSetup(1, reinterpret_cast<aio_context_t*>(page.data())), -EFAULT);
}

CASE("io_setup of aio-max-nr + 1 gives EAGAIN and leaves the context 0") {
  unsigned most = 0;
  std::ifstream("/proc/sys/fs/aio-max-nr") >> most;
  // fs/aio.c ioctx_alloc(): a ring of more than 256 MiB is refused before the limit is looked at.
  if (most == 0 || most >= 0x10000000 / sizeof(io_event) / 2) SKIP("aio-max-nr is out of the way");
  aio_context_t id = 0;
  EXPECT_EQ(IoSetup(most + 1, &id), -EAGAIN);
  EXPECT_EQ(id, 0U);
}

CASE("io_setup of more events than the kernel ever grants gives EINVAL") {
  aio_context_t id = 0;
  EXPECT_EQ(IoSetup(0x10000000, &id), -EINVAL);
  EXPECT_EQ(id, 0U);
}

CASE("io_destroy succeeds once and gives EINVAL the second time") {
  aio_context_t id = 0;
  REQUIRE_EQ(IoSetup(1, &id), 0);
  EXPECT_EQ(IoDestroy(id), 0);
  EXPECT_EQ(IoDestroy(id), -EINVAL);
}

CASE("io_destroy of 0, -1 and an invented context gives EINVAL") {
  EXPECT_EQ(IoDestroy(0), -EINVAL);
  EXPECT_EQ(IoDestroy(static_cast<aio_context_t>(-1)), -EINVAL);
  EXPECT_EQ(IoDestroy(kInvented), -EINVAL);
  EXPECT_EQ(IoDestroy(Address(BadPointer<char>())), -EINVAL);
}

CASE("a forged ring that carries a real context's number is no context") {
  // lookup_ioctx() reads the number from the memory, then compares the address it knows.
  const Context context;
  const Pages forged;
  std::memcpy(forged.data(), reinterpret_cast<const void*>(context.id()), sizeof(AioRing));
  EXPECT_EQ(IoDestroy(Address(forged.data())), -EINVAL);
  EXPECT_EQ(IoSubmit(Address(forged.data()), 0, nullptr), -EINVAL);
  EXPECT_EQ(IoSubmit(context.id(), 0, nullptr), 0);
}

CASE("io_destroy while another thread waits in io_getevents gives that thread EINVAL") {
  Context context;
  std::atomic<pid_t> tid = 0;
  long result = 0;
  std::thread waiter([&] {
    tid = gettid();
    tid.notify_one();
    io_event event{};
    result = IoGetevents(context.id(), 1, 1, &event, nullptr);
  });
  tid.wait(0);
  AwaitBlockedIn(tid, SYS_io_getevents);
  EXPECT_EQ(IoDestroy(context.id()), 0);
  waiter.join();
  EXPECT_EQ(result, -EINVAL);
}

CASE("io_destroy ends polls in flight rather than wait for them") {
  Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  REQUIRE_EQ(context.Submit(poll), 1);
  context.Destroy();
}

CASE("buffers of reads in flight are never touched after io_destroy, in 100 threads") {
  constexpr int kThreads = 100;
  const int rounds = Rounds(10, 1000);
  const Fd file = TempFile(PageSize(), 'f');
  const Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  REQUIRE_EQ(fsync(file.get()), 0);
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      const Pages buffers[2];
      for (int round = 0; round < rounds; ++round) {
        const Pages& buffer = buffers[round % 2];
        aio_context_t id = 0;
        iocb read = Pread(direct.get(), buffer.data(), buffer.size());
        iocb* pointer = &read;
        EXPECT_EQ(IoSetup(1, &id), 0);
        EXPECT_EQ(IoSubmit(id, 1, &pointer), 1);
        EXPECT_EQ(IoDestroy(id), 0);
        EXPECT(buffer.HoldsOnly('f'));  // destroying has waited for the read
        std::memset(buffer.data(), 'o', buffer.size());
        EXPECT(buffer.HoldsOnly('o'));
        // A grace period later the buffer of the round before is still as we left it.
        if (round > 0) EXPECT(buffers[(round - 1) % 2].HoldsOnly('o'));
      }
    });
  }
}

CASE("a process may exit with ten large writes submitted, and they reach the file") {
  constexpr size_t kWrites = 10;
  const auto bytes = static_cast<size_t>(Rounds(1, 4)) << 20;
  // Blocks are there beforehand: a direct write that extends the file completes in io_submit(2).
  const Fd file = TempFile(kWrites * bytes, '-');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDWR | O_DIRECT);
  const pid_t child = fork();
  if (child == 0) {
    const Pages buffer(bytes / PageSize(), 'w');
    aio_context_t id = 0;
    iocb writes[kWrites];
    iocb* pointers[kWrites];
    for (size_t i = 0; i < kWrites; ++i) {
      writes[i] = Pwrite(direct.get(), buffer.data(), bytes, static_cast<int64_t>(i * bytes));
      pointers[i] = &writes[i];
    }
    if (IoSetup(kWrites, &id) != 0) _exit(1);
    // exit_aio() in the kernel waits for what is in flight; nobody else does.
    _exit(IoSubmit(id, kWrites, pointers) == kWrites ? 0 : 2);
  }
  int status = 0;
  REQUIRE_EQ(waitpid(child, &status, 0), child);
  EXPECT(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT(ContentsOf(file.get()) == std::string(kWrites * bytes, 'w'));
}

}  // namespace
}  // namespace aio_bind::kernel
