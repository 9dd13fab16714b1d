// What the fields beside buffer, length and offset do: eventfd, priority, RWF flags; and fsync.
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

int16_t Priority(int priority_class, int level) {
  return static_cast<int16_t>(IOPRIO_PRIO_VALUE(priority_class, level));
}

iocb WithPriority(iocb operation, int16_t priority) {
  operation.aio_flags |= IOCB_FLAG_IOPRIO;
  operation.aio_reqprio = priority;
  return operation;
}

// capset(2); glibc has no wrapper, and libcap is no dependency for one call.
struct Capabilities {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

  Capabilities() { REQUIRE_EQ(syscall(SYS_capget, &header, data), 0); }
  bool Has(int capability) const {
    return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
  }
  void Drop(int capability) {
    data[CAP_TO_INDEX(capability)].effective &= ~CAP_TO_MASK(capability);
    REQUIRE_EQ(syscall(SYS_capset, &header, data), 0);
  }
};

CASE("a completion adds 1 to its eventfd, and one event is there with a zero timeout") {
  const Context context;
  const Fd file = TempFile(512, 'e');
  const Fd counter(eventfd(0, EFD_NONBLOCK));
  const Pages page;
  iocb read = WithEventFd(Pread(file.get(), page.data(), 512), counter.get());
  REQUIRE_EQ(context.Submit(read), 1);
  const std::vector<io_event> events = context.Take(8);
  EXPECT_EQ(events.size(), 1U);
  uint64_t count = 0;
  EXPECT_EQ(::read(counter.get(), &count, sizeof count), sizeof count);
  EXPECT_EQ(count, 1U);
}

CASE("an eventfd wakes a poll that waits for a direct read") {
  const Context context;
  const Fd file = TempFile(PageSize(), 'e');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  const Fd counter(eventfd(0, EFD_NONBLOCK));
  const Pages page;
  iocb read = WithEventFd(Pread(direct.get(), page.data(), page.size()), counter.get());
  REQUIRE_EQ(context.Submit(read), 1);
  pollfd waiting = {counter.get(), POLLIN, 0};
  REQUIRE_EQ(poll(&waiting, 1, -1), 1);
  // The event is published before the eventfd is signalled, so no wait is needed any more.
  EXPECT_EQ(context.Take(8).size(), 1U);
}

CASE("an eventfd that is closed in flight is signalled all the same") {
  const Context context;
  const Pipe pipe;
  const Fd counter(eventfd(0, EFD_NONBLOCK));
  Fd closed(dup(counter.get()));
  iocb poll = WithEventFd(Poll(pipe.read_end.get(), POLLIN), closed.get());
  REQUIRE_EQ(context.Submit(poll), 1);
  closed.Close();
  pipe.Fill();
  context.Wait(1);
  uint64_t count = 0;
  EXPECT_EQ(read(counter.get(), &count, sizeof count), sizeof count);
  EXPECT_EQ(count, 1U);
}

CASE("a resfd that is not open gives EBADF, one that is no eventfd EINVAL") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  const iocb read = Pread(file.get(), page.data(), 512);
  EXPECT_EQ(context.Run(WithEventFd(read, -1)), -EBADF);
  EXPECT_EQ(context.Run(WithEventFd(read, file.get())), -EINVAL);
  EXPECT_EQ(context.Take(8).size(), 0U);
}

CASE("aio_resfd without IOCB_FLAG_RESFD is ignored") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  iocb read = Pread(file.get(), page.data(), 512);
  read.aio_resfd = ~0U;
  EXPECT_EQ(context.Run(read), 512);
}

CASE("a completion on an eventfd at 2^64-2 makes it POLLERR, and reading resets it") {
  const Context context;
  const Fd file = TempFile(512);
  const Fd counter(eventfd(0, EFD_NONBLOCK));
  const uint64_t most = ~uint64_t{0} - 1;  // eventfd(2): what write(2) can bring it to
  REQUIRE_EQ(write(counter.get(), &most, sizeof most), sizeof most);
  pollfd state = {counter.get(), POLLIN, 0};
  REQUIRE_EQ(poll(&state, 1, 0), 1);
  EXPECT_EQ(state.revents, POLLIN);
  const Pages page;
  EXPECT_EQ(context.Run(WithEventFd(Pread(file.get(), page.data(), 512), counter.get())), 512);
  REQUIRE_EQ(poll(&state, 1, 0), 1);
  EXPECT_EQ(state.revents, POLLIN | POLLERR);
  uint64_t count = 0;
  EXPECT_EQ(read(counter.get(), &count, sizeof count), sizeof count);
  EXPECT_EQ(count, ~uint64_t{0});
  EXPECT_EQ(poll(&state, 1, 0), 0);
}

CASE("fsync and fdatasync of a file and of a directory give 0") {
  const Context context;
  const Fd file = TempFile(512);
  const Fd directory(open(DiskDirectory().c_str(), O_RDONLY | O_DIRECTORY));
  for (const uint16_t opcode : {IOCB_CMD_FSYNC, IOCB_CMD_FDSYNC}) {
    EXPECT_EQ(context.Run(Fsync(file.get(), opcode)), 0);
    EXPECT_EQ(context.Run(Fsync(directory.get(), opcode)), 0);
  }
}

CASE("fsync with a buffer, length, offset or flags, or on a pipe, gives EINVAL") {
  const Context context;
  const Fd file = TempFile(512);
  const Pipe pipe;
  for (const uint16_t opcode : {IOCB_CMD_FSYNC, IOCB_CMD_FDSYNC}) {
    const iocb good = Fsync(file.get(), opcode);
    iocb bad = good;
    bad.aio_offset = 1;
    EXPECT_EQ(context.Submit(bad), -EINVAL);
    EXPECT_EQ(context.Run(WithFlags(good, RWF_DSYNC)), -EINVAL);
    bad = good;
    bad.aio_buf = 1;
    EXPECT_EQ(context.Submit(bad), -EINVAL);
    bad = good;
    bad.aio_nbytes = 1;
    EXPECT_EQ(context.Submit(bad), -EINVAL);
    EXPECT_EQ(context.Run(Fsync(pipe.read_end.get(), opcode)), -EINVAL);
  }
}

CASE("a priority class above 3, and a level of the class NONE, give EINVAL") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  const iocb read = Pread(file.get(), page.data(), 512);
  for (const int priority_class : {4, 5, 6, 7}) {
    EXPECT_EQ(context.Run(WithPriority(read, Priority(priority_class, 0))), -EINVAL);
  }
  // The class NONE has no levels (block/ioprio.c ioprio_check_cap()).
  EXPECT_EQ(context.Run(WithPriority(read, Priority(IOPRIO_CLASS_NONE, 1))), -EINVAL);
}

CASE("the classes NONE, BE and IDLE need no right") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  Capabilities capabilities;
  capabilities.Drop(CAP_SYS_NICE);
  capabilities.Drop(CAP_SYS_ADMIN);
  const iocb read = Pread(file.get(), page.data(), 512);
  EXPECT_EQ(context.Run(WithPriority(read, Priority(IOPRIO_CLASS_NONE, 0))), 512);
  EXPECT_EQ(context.Run(WithPriority(read, Priority(IOPRIO_CLASS_BE, 7))), 512);
  EXPECT_EQ(context.Run(WithPriority(read, Priority(IOPRIO_CLASS_IDLE, 0))), 512);
}

CASE("the class RT gives EPERM without CAP_SYS_NICE and CAP_SYS_ADMIN") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  Capabilities capabilities;
  capabilities.Drop(CAP_SYS_NICE);
  capabilities.Drop(CAP_SYS_ADMIN);
  const iocb read = Pread(file.get(), page.data(), 512);
  EXPECT_EQ(context.Run(WithPriority(read, Priority(IOPRIO_CLASS_RT, 0))), -EPERM);
}

CASE("the class RT is granted with CAP_SYS_NICE or CAP_SYS_ADMIN") {
  const Capabilities capabilities;
  if (!capabilities.Has(CAP_SYS_NICE) && !capabilities.Has(CAP_SYS_ADMIN)) {
    SKIP("needs CAP_SYS_NICE or CAP_SYS_ADMIN");
  }
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  const iocb read = Pread(file.get(), page.data(), 512);
  EXPECT_EQ(context.Run(WithPriority(read, Priority(IOPRIO_CLASS_RT, 0))), 512);
}

CASE("a priority without IOCB_FLAG_IOPRIO is ignored") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  iocb read = Pread(file.get(), page.data(), 512);
  read.aio_reqprio = Priority(5, 0);
  EXPECT_EQ(context.Run(read), 512);
}

CASE("an RWF flag that nobody knows gives EOPNOTSUPP") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  const auto unknown = static_cast<__kernel_rwf_t>(0x40000000);
  iocb read = WithFlags(Pread(file.get(), page.data(), 512), unknown);
  EXPECT_EQ(context.Submit(read), -EOPNOTSUPP);
}

CASE("RWF_APPEND with RWF_NOAPPEND gives EINVAL (Linux 6.9, before it EOPNOTSUPP)") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  const auto both = static_cast<__kernel_rwf_t>(RWF_APPEND | RWF_NOAPPEND);
  iocb write = WithFlags(Pwrite(file.get(), page.data(), 512), both);
  EXPECT_EQ(context.Submit(write), KernelIsAtLeast(6, 9) ? -EINVAL : -EOPNOTSUPP);
}

CASE("RWF_APPEND appends, RWF_NOAPPEND on an O_APPEND descriptor does not (Linux 6.9)") {
  const Context context;
  const Fd file = TempFile(4, '-');
  const Fd appending = file.Reopen(O_RDWR | O_APPEND);
  EXPECT_EQ(context.Run(WithFlags(Pwrite(file.get(), "ab", 2), RWF_APPEND)), 2);
  EXPECT_EQ(ContentsOf(file.get()), "----ab");
  if (!KernelIsAtLeast(6, 9)) return;
  EXPECT_EQ(context.Run(WithFlags(Pwrite(appending.get(), "cd", 2), RWF_NOAPPEND)), 2);
  EXPECT_EQ(ContentsOf(file.get()), "cd--ab");
}

CASE("RWF_HIPRI, RWF_DSYNC and RWF_SYNC are accepted") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  const iocb write = Pwrite(file.get(), page.data(), 512);
  for (const __kernel_rwf_t flag : {RWF_HIPRI, RWF_DSYNC, RWF_SYNC}) {
    EXPECT_EQ(context.Run(WithFlags(write, flag)), 512);
  }
}

}  // namespace
}  // namespace aio_bind::kernel
