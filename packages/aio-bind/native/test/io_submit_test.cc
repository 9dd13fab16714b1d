// What io_submit(2) itself checks: the context, the array, each iocb's own fields; and what it
// does with the rest of an array after one that it refuses.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "../kernel/syscalls.h"
#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

CASE("io_submit to context 0, -1 or an invented one gives EINVAL") {
  iocb operation{};
  iocb* pointer = &operation;
  for (const aio_context_t id : {0UL, ~0UL, 0x12345678UL}) {
    EXPECT_EQ(IoSubmit(id, 1, &pointer), -EINVAL);
    EXPECT_EQ(IoSubmit(id, 0, &pointer), -EINVAL);
  }
}

CASE("io_submit of -1 iocbs gives EINVAL, of 0 gives 0") {
  const Context context;
  iocb operation{};
  iocb* pointer = &operation;
  EXPECT_EQ(IoSubmit(context.id(), -1, &pointer), -EINVAL);
  EXPECT_EQ(IoSubmit(context.id(), 0, &pointer), 0);
  EXPECT_EQ(IoSubmit(context.id(), 0, nullptr), 0);
}

CASE("io_submit with a null or unmapped array gives EFAULT") {
  const Context context;
  EXPECT_EQ(IoSubmit(context.id(), 1, nullptr), -EFAULT);
  EXPECT_EQ(IoSubmit(context.id(), 1, BadPointer<iocb*>()), -EFAULT);
}

CASE("a null, unmapped or read-only iocb gives EFAULT, and the good one behind it does not go") {
  const Context context;
  const Pipe pipe;
  iocb good = Poll(pipe.write_end.get(), POLLOUT);
  // io_submit(2) writes aio_key.
  const Pages read_only;
  new (read_only.data()) iocb(good);
  read_only.Protect(0, 1, PROT_READ);
  for (iocb* const bad : {static_cast<iocb*>(nullptr), BadPointer<iocb>(),
                          reinterpret_cast<iocb*>(read_only.data())}) {
    iocb* operations[] = {bad, &good};
    EXPECT_EQ(context.Submit(operations), -EFAULT);
    EXPECT_EQ(context.Take(8).size(), 0U);
  }
}

CASE("an array whose second half is unmapped goes as far as it can be read") {
  const Context context;
  const Pipe pipe;
  iocb good = Poll(pipe.write_end.get(), POLLOUT);
  const Pages pages(2);
  pages.Protect(1, 1, PROT_NONE);
  iocb** const last = reinterpret_cast<iocb**>(pages.data() + PageSize()) - 1;
  *last = &good;
  EXPECT_EQ(IoSubmit(context.id(), 2, last), 1);
  EXPECT_EQ(context.Wait(1)[0].obj, Address(&good));
}

CASE("descriptor -1 gives EBADF") {
  const Context context;
  const Pages page;
  EXPECT_EQ(context.Run(Pread(-1, page.data(), 1)), -EBADF);
  EXPECT_EQ(context.Run(Pwrite(-1, page.data(), 1)), -EBADF);
  EXPECT_EQ(context.Run(Fsync(-1)), -EBADF);
  EXPECT_EQ(context.Run(Poll(-1, POLLIN)), -EBADF);
}

CASE("a write on a read-only and a read on a write-only descriptor give EBADF") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  EXPECT_EQ(context.Run(Pwrite(file.Reopen(O_RDONLY).get(), page.data(), 512)), -EBADF);
  EXPECT_EQ(context.Run(Pread(file.Reopen(O_WRONLY).get(), page.data(), 512)), -EBADF);
}

CASE("opcodes PREADX, NOOP, 9 and 65535 give EINVAL") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  for (const int opcode : {4, int{IOCB_CMD_NOOP}, 9, 65535}) {
    iocb operation = Pread(file.get(), page.data(), 512);
    operation.aio_lio_opcode = static_cast<uint16_t>(opcode);
    EXPECT_EQ(context.Submit(operation), -EINVAL);
  }
}

CASE("a reserved field that is set gives EINVAL") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  iocb operation = Pread(file.get(), page.data(), 512);
  operation.aio_reserved2 = 1;
  EXPECT_EQ(context.Submit(operation), -EINVAL);
}

CASE("aio_nbytes above 2^63 - 1 gives EINVAL") {
  const Context context;
  const Fd file = TempFile(512);
  const Pages page;
  iocb operation = Pread(file.get(), page.data(), 0);
  operation.aio_nbytes = uint64_t{1} << 63;
  EXPECT_EQ(context.Submit(operation), -EINVAL);
}

CASE("1024 iovecs are read into, 1025 give EINVAL") {
  const Context context;
  const Fd file = TempFile(1025, 'v');
  std::string bytes(1025, '-');
  std::vector<iovec> vectors;
  for (char& byte : bytes) vectors.push_back({&byte, 1});
  EXPECT_EQ(context.Run(Preadv(file.get(), vectors.data(), 1025)), -EINVAL);
  EXPECT_EQ(context.Run(Pwritev(file.get(), vectors.data(), 1025)), -EINVAL);
  EXPECT_EQ(bytes, std::string(1025, '-'));
  EXPECT_EQ(context.Run(Preadv(file.get(), vectors.data(), 1024)), 1024);
  EXPECT_EQ(bytes, std::string(1024, 'v') + '-');
}

CASE("an unmapped array of iovecs gives EFAULT") {
  const Context context;
  const Fd file = TempFile(512);
  EXPECT_EQ(context.Run(Preadv(file.get(), BadPointer<iovec>(), 2)), -EFAULT);
}

CASE("of [good, EBADF, good] one is accepted and gives one event; the rest gives EBADF, then 1") {
  const Context context;
  const Fd file = TempFile(512, 'g');
  const Pages page;
  iocb first = Pread(file.get(), page.data(), 512);
  iocb bad = Pread(-1, page.data(), 512);
  iocb third = Pread(file.get(), page.data(), 512);
  iocb* operations[] = {&first, &bad, &third};
  EXPECT_EQ(context.Submit(operations), 1);
  EXPECT_EQ(context.Wait(1)[0].obj, Address(&first));
  EXPECT_EQ(context.Take(8).size(), 0U);
  EXPECT_EQ(context.Submit(std::span(operations).subspan(1)), -EBADF);
  EXPECT_EQ(context.Take(8).size(), 0U);
  EXPECT_EQ(context.Submit(std::span(operations).subspan(2)), 1);
  EXPECT_EQ(context.Wait(1)[0].obj, Address(&third));
}

CASE("an event carries aio_data, the iocb's address, the result and 0") {
  const Context context;
  const Fd file = TempFile(512, 'g');
  const Pages page;
  iocb read = Pread(file.get(), page.data(), 512);
  read.aio_data = 0xfedcba9876543210;
  REQUIRE_EQ(context.Submit(read), 1);
  const io_event event = context.Wait(1)[0];
  EXPECT_EQ(event.data, 0xfedcba9876543210);
  EXPECT_EQ(event.obj, Address(&read));
  EXPECT_EQ(event.res, 512);
  EXPECT_EQ(event.res2, 0);
}

CASE("overwriting iocb and iovec after io_submit has no effect on what is in flight") {
  constexpr size_t kBytes = 1 << 20;
  const Context context;
  const Fd file = TempFile(2 * kBytes, 'c');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  const Pages buffer(2 * kBytes / PageSize(), '-');
  iovec vectors[] = {{buffer.data(), kBytes}, {buffer.data() + kBytes, kBytes}};
  const Pipe pipe;
  iocb read = Preadv(direct.get(), vectors, 2);
  read.aio_data = 1;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  poll.aio_data = 2;
  iocb* operations[] = {&read, &poll};
  REQUIRE_EQ(context.Submit(operations), 2);
  std::memset(vectors, 0xff, sizeof vectors);
  std::memset(&read, 0xff, sizeof read);
  std::memset(&poll, 0xff, sizeof poll);
  const io_event first = context.Wait(1)[0];
  EXPECT_EQ(first.data, 1U);
  EXPECT_EQ(first.obj, Address(&read));
  EXPECT_EQ(first.res, 2 * kBytes);
  EXPECT(buffer.HoldsOnly('c'));
  pipe.Fill();
  const io_event second = context.Wait(1)[0];
  EXPECT_EQ(second.data, 2U);
  EXPECT_EQ(second.obj, Address(&poll));
  EXPECT(second.res & POLLIN);
}

CASE("closing the descriptor of an operation in flight lets it complete normally") {
  constexpr size_t kBytes = 1 << 20;
  const Context context;
  const Fd file = TempFile(kBytes, 'c');
  REQUIRE_EQ(fsync(file.get()), 0);
  Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  const Pages buffer(kBytes / PageSize(), '-');
  iocb read = Pread(direct.get(), buffer.data(), kBytes);
  REQUIRE_EQ(context.Submit(read), 1);
  direct.Close();
  EXPECT_EQ(context.Wait(1)[0].res, kBytes);
  EXPECT(buffer.HoldsOnly('c'));
}

CASE("a poll in flight survives the close of its descriptor") {
  const Context context;
  Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  REQUIRE_EQ(context.Submit(poll), 1);
  pipe.read_end.Close();
  pipe.Fill();  // no SIGPIPE: the poll holds the last reference to the read end
  EXPECT_EQ(context.Wait(1)[0].res, POLLIN | POLLRDNORM);
}

CASE("eight operations of 1 MiB in one submit are all full") {
  constexpr size_t kBytes = 1 << 20;
  constexpr size_t kCount = 8;
  const Context context;
  const Fd file = TempFile(kBytes * kCount);
  REQUIRE_EQ(fsync(file.get()), 0);
  for (const int flags : {O_RDWR, O_RDWR | O_DIRECT}) {
    const Fd fd = file.Reopen(flags);
    const char fill = flags == O_RDWR ? 'b' : 'd';
    const Pages source(kBytes / PageSize(), fill);
    const Pages target(kBytes * kCount / PageSize());
    for (const bool writing : {true, false}) {
      iocb operations[kCount];
      iocb* pointers[kCount];
      for (size_t i = 0; i < kCount; ++i) {
        const auto offset = static_cast<int64_t>(i * kBytes);
        operations[i] = writing ? Pwrite(fd.get(), source.data(), kBytes, offset)
                                : Pread(fd.get(), target.data() + offset, kBytes, offset);
        pointers[i] = &operations[i];
      }
      REQUIRE_EQ(context.Submit(pointers), kCount);
      for (const io_event& event : context.Wait(kCount)) EXPECT_EQ(event.res, kBytes);
    }
    EXPECT(target.HoldsOnly(fill));
  }
}

}  // namespace
}  // namespace aio_bind::kernel
