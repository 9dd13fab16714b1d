// What the cases need: contexts, descriptors, temporary files and memory, each released with its
// scope; and the operations as values.
//
// Temporary files have no name: they are unlinked before they are used, so that nothing stays
// behind however a case ends.
#ifndef AIO_BIND_TEST_FIXTURES_H_
#define AIO_BIND_TEST_FIXTURES_H_

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../kernel/abi.h"
#include "harness.h"

namespace aio_bind::test {

// A context; io_destroy(2) at the end, which waits for whatever a case has left in flight.
class Context {
 public:
  explicit Context(unsigned nr_events = 64);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  aio_context_t id() const { return id_; }
  long Submit(iocb& operation) const;
  long Submit(std::span<iocb*> operations) const;
  // Waits for `count` events and takes them.
  std::vector<io_event> Wait(long count) const;
  void WaitInto(std::span<io_event> events) const;
  // Takes what is there.
  std::vector<io_event> Take(long most) const;
  // Submits, waits and returns the result; where io_submit(2) refuses, its -errno.
  long Run(iocb operation) const;
  void Destroy();

 private:
  aio_context_t id_ = 0;
};

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) { REQUIRE(fd >= 0); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();

  int get() const { return fd_; }
  void Close();
  // The same file with other flags, O_DIRECT for instance. Skips the case where the file system
  // refuses.
  Fd Reopen(int flags) const;

 private:
  int fd_ = -1;
};

struct Pipe {
  Pipe();
  Fd read_end;
  Fd write_end;
  // Level: a byte is there or not.
  void Fill() const;
  void Drain() const;
};

enum class FileSystem { kExt4, kXfs, kTmpfs, kOther };
FileSystem FileSystemOf(int fd);
// A directory on a disk: the system's temporary one, or /var/tmp where that is a tmpfs. Skips the
// case where neither is.
std::string DiskDirectory();
std::string TmpfsDirectory();

// An open file without a name, of `bytes` bytes of `fill`.
Fd TempFile(size_t bytes = 0, char fill = 0);
Fd TempFileIn(const std::string& directory, size_t bytes = 0, char fill = 0);
off_t SizeOf(int fd);
std::string ContentsOf(int fd);

// Anonymous pages, aligned for direct I/O.
class Pages {
 public:
  explicit Pages(size_t count = 1, char fill = 0);
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages();

  char* data() const { return data_; }
  size_t size() const { return size_; }
  void Protect(size_t first, size_t count, int protection) const;
  bool HoldsOnly(char fill) const;

 private:
  char* data_;
  size_t size_;
};

size_t PageSize();
// An address that is mapped for kNobody.
template <typename T>
T* BadPointer() {
  static const Pages* const kNobody = [] {
    auto* pages = new Pages(2);
    pages->Protect(0, 2, 0);
    return pages;
  }();
  return reinterpret_cast<T*>(kNobody->data());
}

// A buffer that reads may write to; for writes, the kernel only reads.
iocb Pread(int fd, void* buffer, size_t bytes, int64_t offset = 0);
iocb Pwrite(int fd, const void* buffer, size_t bytes, int64_t offset = 0);
iocb Preadv(int fd, const iovec* vectors, size_t count, int64_t offset = 0);
iocb Pwritev(int fd, const iovec* vectors, size_t count, int64_t offset = 0);
iocb Fsync(int fd, uint16_t opcode = IOCB_CMD_FSYNC);
iocb Poll(int fd, uint16_t events);
iocb WithFlags(iocb operation, __kernel_rwf_t flags);
iocb WithEventFd(iocb operation, int fd);
uint64_t Address(const void* pointer);

// Runs `body` in a child of fork(2), which is killed where it takes too long; the child's exit
// status, or -1 if it died.
template <typename Body>
int InChild(Body body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(60);
    _exit(body());
  }
  int status = 0;
  REQUIRE_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Keeps the calling thread on the n-th of the CPUs that it may use, from 0, if there are as many.
// Threads that are to race need one each: the scheduler likes to put a thread that is woken beside
// the one that woke it, and then they take turns.
void PinToNthCpu(int n);
// Returns once thread `tid` of this process sleeps in system call `number`.
void AwaitBlockedIn(pid_t tid, long number);
bool KernelIsAtLeast(int major, int minor);
// How often a case repeats: `all` where AIO_TEST_FULL is set, for which minutes are allowed.
int Rounds(int quick, int all);

}  // namespace aio_bind::test

#endif  // AIO_BIND_TEST_FIXTURES_H_
