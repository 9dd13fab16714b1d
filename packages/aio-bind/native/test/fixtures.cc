#include "fixtures.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "../kernel/syscalls.h"

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

namespace aio_bind::test {
namespace {

iocb Operation(uint16_t opcode, int fd, const void* buffer, size_t bytes, int64_t offset) {
  iocb operation{};
  operation.aio_lio_opcode = opcode;
  operation.aio_fildes = static_cast<uint32_t>(fd);
  operation.aio_buf = Address(buffer);
  operation.aio_nbytes = bytes;
  operation.aio_offset = offset;
  return operation;
}

FileSystem Kind(const struct statfs& status) {
  switch (static_cast<unsigned long>(status.f_type)) {
    case EXT4_SUPER_MAGIC:
      return FileSystem::kExt4;
    case XFS_SUPER_MAGIC:
      return FileSystem::kXfs;
    case TMPFS_MAGIC:
      return FileSystem::kTmpfs;
    default:
      return FileSystem::kOther;
  }
}

bool IsTmpfs(const std::string& directory) {
  struct statfs status{};
  return statfs(directory.c_str(), &status) == 0 && Kind(status) == FileSystem::kTmpfs;
}

}  // namespace

Context::Context(unsigned nr_events) { REQUIRE_EQ(kernel::IoSetup(nr_events, &id_), 0); }

Context::~Context() {
  if (id_ != 0) kernel::IoDestroy(id_);
}

void Context::Destroy() { REQUIRE_EQ(kernel::IoDestroy(std::exchange(id_, 0)), 0); }

long Context::Submit(iocb& operation) const {
  iocb* pointer = &operation;
  return kernel::IoSubmit(id_, 1, &pointer);
}

long Context::Submit(std::span<iocb*> operations) const {
  return kernel::IoSubmit(id_, static_cast<long>(operations.size()), operations.data());
}

std::vector<io_event> Context::Wait(long count) const {
  std::vector<io_event> events(static_cast<size_t>(count));
  WaitInto(events);
  return events;
}

void Context::WaitInto(std::span<io_event> events) const {
  const long count = static_cast<long>(events.size());
  REQUIRE_EQ(kernel::IoGetevents(id_, count, count, events.data(), nullptr), count);
}

std::vector<io_event> Context::Take(long most) const {
  std::vector<io_event> events(static_cast<size_t>(most));
  const long taken = kernel::IoGetevents(id_, 0, most, events.data(), nullptr);
  REQUIRE(taken >= 0);
  events.resize(static_cast<size_t>(taken));
  return events;
}

long Context::Run(iocb operation) const {
  const long accepted = Submit(operation);
  if (accepted < 0) return accepted;
  REQUIRE_EQ(accepted, 1);
  return static_cast<long>(Wait(1)[0].res);
}

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Fd::~Fd() { Close(); }

void Fd::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

Fd Fd::Reopen(int flags) const {
  const std::string path = "/proc/self/fd/" + std::to_string(fd_);
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0 && errno == EINVAL && (flags & O_DIRECT)) SKIP("no O_DIRECT on this file system");
  return Fd(fd);
}

Pipe::Pipe() {
  int fds[2] = {-1, -1};
  REQUIRE_EQ(pipe2(fds, O_CLOEXEC), 0);
  read_end = Fd(fds[0]);
  write_end = Fd(fds[1]);
}

void Pipe::Fill() const { REQUIRE_EQ(write(write_end.get(), "x", 1), 1); }

void Pipe::Drain() const {
  char byte = 0;
  REQUIRE_EQ(read(read_end.get(), &byte, 1), 1);
}

FileSystem FileSystemOf(int fd) {
  struct statfs status{};
  REQUIRE_EQ(fstatfs(fd, &status), 0);
  return Kind(status);
}

std::string DiskDirectory() {
  for (const std::string& directory :
       {std::filesystem::temp_directory_path().string(), std::string("/var/tmp")}) {
    if (std::filesystem::is_directory(directory) && !IsTmpfs(directory)) return directory;
  }
  SKIP("the temporary directory and /var/tmp are both on tmpfs; set TMPDIR to one on a disk");
}

std::string TmpfsDirectory() {
  if (IsTmpfs("/dev/shm")) return "/dev/shm";
  SKIP("/dev/shm is not a tmpfs");
}

Fd TempFileIn(const std::string& directory, size_t bytes, char fill) {
  std::string path = directory + "/kernel-test-XXXXXX";
  Fd fd(mkostemp(path.data(), O_CLOEXEC));
  REQUIRE_EQ(unlink(path.c_str()), 0);
  const std::string chunk(std::min<size_t>(bytes, 1 << 20), fill);
  for (size_t done = 0; done < bytes;) {
    const ssize_t written = write(fd.get(), chunk.data(), std::min(chunk.size(), bytes - done));
    REQUIRE(written > 0);
    done += static_cast<size_t>(written);
  }
  return fd;
}

Fd TempFile(size_t bytes, char fill) { return TempFileIn(DiskDirectory(), bytes, fill); }

off_t SizeOf(int fd) {
  struct stat status{};
  REQUIRE_EQ(fstat(fd, &status), 0);
  return status.st_size;
}

std::string ContentsOf(int fd) {
  std::string contents(static_cast<size_t>(SizeOf(fd)), '\0');
  REQUIRE_EQ(pread(fd, contents.data(), contents.size(), 0), contents.size());
  return contents;
}

Pages::Pages(size_t count, char fill) : size_(count * PageSize()) {
  void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  data_ = static_cast<char*>(memory);
  if (fill != 0) std::memset(data_, fill, size_);
}

Pages::~Pages() { munmap(data_, size_); }

void Pages::Protect(size_t first, size_t count, int protection) const {
  REQUIRE_EQ(mprotect(data_ + first * PageSize(), count * PageSize(), protection), 0);
}

bool Pages::HoldsOnly(char fill) const {
  return std::all_of(data_, data_ + size_, [fill](char byte) { return byte == fill; });
}

size_t PageSize() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

iocb Pread(int fd, void* buffer, size_t bytes, int64_t offset) {
  return Operation(IOCB_CMD_PREAD, fd, buffer, bytes, offset);
}

iocb Pwrite(int fd, const void* buffer, size_t bytes, int64_t offset) {
  return Operation(IOCB_CMD_PWRITE, fd, buffer, bytes, offset);
}

iocb Preadv(int fd, const iovec* vectors, size_t count, int64_t offset) {
  return Operation(IOCB_CMD_PREADV, fd, vectors, count, offset);
}

iocb Pwritev(int fd, const iovec* vectors, size_t count, int64_t offset) {
  return Operation(IOCB_CMD_PWRITEV, fd, vectors, count, offset);
}

iocb Fsync(int fd, uint16_t opcode) { return Operation(opcode, fd, nullptr, 0, 0); }

iocb Poll(int fd, uint16_t events) {
  iocb operation = Operation(IOCB_CMD_POLL, fd, nullptr, 0, 0);
  operation.aio_buf = events;
  return operation;
}

iocb WithFlags(iocb operation, __kernel_rwf_t flags) {
  operation.aio_rw_flags = flags;
  return operation;
}

iocb WithEventFd(iocb operation, int fd) {
  operation.aio_flags |= IOCB_FLAG_RESFD;
  operation.aio_resfd = static_cast<uint32_t>(fd);
  return operation;
}

uint64_t Address(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

void PinToNthCpu(int n) {
  cpu_set_t allowed;
  REQUIRE_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed) || n-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    REQUIRE_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    return;
  }
}

void AwaitBlockedIn(pid_t tid, long number) {
  // proc_pid_syscall(5): the number of the call that the thread sleeps in, else "running".
  const std::string path = "/proc/self/task/" + std::to_string(tid) + "/syscall";
  for (;;) {
    std::ifstream file(path);
    std::string state;
    if (!(file >> state)) {
      // Unwinding would wait for the thread that sleeps.
      std::printf("no %s here\n", path.c_str());
      std::fflush(stdout);
      std::_Exit(kSkipped);
    }
    if (state == std::to_string(number)) return;
    std::this_thread::yield();
  }
}

bool KernelIsAtLeast(int major, int minor) {
  utsname name{};
  REQUIRE_EQ(uname(&name), 0);
  int has_major = 0;
  int has_minor = 0;
  REQUIRE_EQ(std::sscanf(name.release, "%d.%d", &has_major, &has_minor), 2);
  return has_major > major || (has_major == major && has_minor >= minor);
}

int Rounds(int quick, int all) { return std::getenv("AIO_TEST_FULL") == nullptr ? quick : all; }

}  // namespace aio_bind::test
