// fork(2): a child has no part in its parent's contexts, neither through the calls nor through
// the ring.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "../kernel/fork_epoch.h"
#include "../kernel/ring.h"
#include "../kernel/syscalls.h"
#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

// The first call, counted from 1, that does not give EINVAL; 0 if each does.
int FirstThatIsNotEinval(aio_context_t id, iocb& operation) {
  iocb* pointer = &operation;
  io_event event{};
  __kernel_timespec now = {0, 0};
  if (IoSubmit(id, 1, &pointer) != -EINVAL) return 1;
  if (IoGetevents(id, 0, 1, &event, &now) != -EINVAL) return 2;
  if (IoPgetevents(id, 0, 1, &event, &now, nullptr) != -EINVAL) return 3;
  if (IoCancel(id, &operation, &event) != -EINVAL) return 4;
  if (IoDestroy(id) != -EINVAL) return 5;
  return 0;
}

CASE("a child gets EINVAL from every call with its parent's context; the parent is unharmed") {
  const Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  iocb ready = Poll(pipe.write_end.get(), POLLOUT);
  REQUIRE_EQ(context.Submit(poll), 1);
  REQUIRE_EQ(context.Submit(ready), 1);
  // With the ring in the child's address space, as io_setup(2) leaves it, and without.
  EXPECT_EQ(InChild([&] { return FirstThatIsNotEinval(context.id(), poll); }), 0);
  REQUIRE(Ring::Attach(context.id()).usable());
  EXPECT_EQ(InChild([&] { return FirstThatIsNotEinval(context.id(), poll); }), 0);
  EXPECT_EQ(context.Wait(1)[0].obj, Address(&ready));
  pipe.Fill();
  EXPECT_EQ(context.Wait(1)[0].obj, Address(&poll));
}

CASE("Attach keeps the whole ring from children") {
  const Context context(1024);
  const Ring ring = Ring::Attach(context.id());
  REQUIRE(ring.usable());
  const size_t bytes = sizeof(AioRing) + ring.Header().nr * sizeof(io_event);
  const size_t pages = bytes / PageSize();
  REQUIRE(pages > 1);
  const auto mapped_pages = [&] {
    int mapped = 0;
    for (size_t i = 0; i < pages; ++i) {
      unsigned char resident = 0;
      // mincore(2) gives ENOMEM for what is not mapped.
      mapped += mincore(reinterpret_cast<char*>(context.id()) + i * PageSize(), PageSize(),
                        &resident) == 0;
    }
    return mapped;
  };
  EXPECT_EQ(mapped_pages(), pages);
  EXPECT_EQ(InChild(mapped_pages), 0);
}

CASE("a child makes and uses contexts of its own") {
  const Context context;
  EXPECT_EQ(InChild([&] {
              aio_context_t id = 0;
              if (IoSetup(8, &id) != 0) return 1;
              const Pipe pipe;
              iocb poll = Poll(pipe.write_end.get(), POLLOUT);
              iocb* pointer = &poll;
              io_event event{};
              if (IoSubmit(id, 1, &pointer) != 1) return 2;
              Ring ring = Ring::Attach(id);
              if (!ring.usable() || ring.Reap(1, &event) != 1) return 3;
              return IoDestroy(id) == 0 ? 0 : 4;
            }),
            0);
  EXPECT_EQ(context.Take(8).size(), 0U);
}

CASE("a child that exits with the parent's reads in flight does not disturb them") {
  constexpr size_t kBytes = 4 << 20;
  const Context context;
  const Fd file = TempFile(kBytes, 'p');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  const Pages buffer(kBytes / PageSize());
  iocb read = Pread(direct.get(), buffer.data(), kBytes);
  REQUIRE_EQ(context.Submit(read), 1);
  EXPECT_EQ(InChild([] { return 0; }), 0);
  EXPECT_EQ(context.Wait(1)[0].res, kBytes);
  EXPECT(buffer.HoldsOnly('p'));
}

CASE("ForkEpoch counts generations: the same here, 1 more in a child, 2 more in a grandchild") {
  const uint32_t here = ForkEpoch();
  const auto generations = [&] { return static_cast<int>(ForkEpoch() - here); };
  EXPECT_EQ(InChild(generations), 1);
  EXPECT_EQ(InChild([&] { return InChild(generations); }), 2);
  EXPECT_EQ(generations(), 0);
}

}  // namespace
}  // namespace aio_bind::kernel
