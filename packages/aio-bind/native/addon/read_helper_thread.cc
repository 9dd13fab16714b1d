#include "read_helper_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <new>
#include <tuple>
#include <utility>

#include "../kernel/abi.h"
#include "../kernel/files.h"
#include "../kernel/fork_epoch.h"
#include "interrupt.h"

namespace aio_bind::addon {
namespace {

// preadv2(2) runs in the kernel; the thread itself needs next to nothing.
constexpr size_t kHelperStackBytes = 256UL * 1024;

// Longer than to copy some 256 KiB takes; so a helper that takes as long has most likely lost its
// processor, for milliseconds maybe.
constexpr std::chrono::microseconds kLateAfter(100);

// Where every processor has something better to do, to call the helper is in vain, and costs a
// system call.
constexpr uint32_t kRoundsAlone = 8;
constexpr uint32_t kRoundsUncalled = 64;

// A processor that has been idle takes as long to come as there is to do, and has nothing in its
// caches. So there is help only where one round has followed another so many times, after so much
// at most: who reads now and then, be it much at once, does not pay for what brings nothing.
constexpr uint32_t kRoundsInARow = 4;
constexpr std::chrono::microseconds kPause(500);

constexpr uint64_t Untaken(uint64_t from, uint64_t to) { return from << 32 | to; }
constexpr uint64_t From(uint64_t untaken) { return untaken >> 32; }
constexpr uint64_t To(uint64_t untaken) { return untaken & 0xffff'ffff; }

void Relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

void ReadHelperThread::Read::Try() {
  result = kernel::Preadv2(fd, buffer, length, offset, RWF_NOWAIT);
}

ReadHelperThread::ReadHelperThread(std::chrono::milliseconds idle,
                                   std::shared_ptr<kernel::EventFd> signal)
    : idle_(idle), signal_(std::move(signal)), fork_epoch_(kernel::ForkEpoch()) {}

std::optional<size_t> ReadHelperThread::Perform() {
  if (reads_.size() < 2 || inherited()) {
    for (Read& read : reads_) read.Try();
    return std::nullopt;
  }
  in_a_row_ = Clock::now() - ended_at_ < kPause ? in_a_row_ + 1 : 0;
  const auto late = Share();
  ended_at_ = Clock::now();
  return late;
}

std::optional<size_t> ReadHelperThread::Share() {
  finished_ = 0;
  untaken_ = Untaken(0, reads_.size());
  const bool called = IsWorthCalling();
  if (called) Call();
  size_t own = 0;
  for (; const auto next = TakeFirst(); ++own) reads_[*next].Try();
  helped_ = static_cast<uint32_t>(reads_.size() - own);
  if (helped_ > 0) alone_ = 0;
  if (called && helped_ == 0) ++alone_;
  if (AwaitFinished(helped_)) return std::nullopt;
  left_ = true;
  // It looks at left_ after it has finished: one of both sees what the other did.
  if (finished_ == helped_) {
    left_ = false;
    return std::nullopt;
  }
  // It has lost its processor, which others seem to want.
  uncalled_ = kRoundsUncalled;
  // It takes the last first.
  late_ = own;
  return late_;
}

std::optional<int64_t> ReadHelperThread::TakeLate() {
  if (!late_ || finished_ != helped_) return std::nullopt;
  const size_t late = *late_;
  late_.reset();
  return reads_[late].result;
}

bool ReadHelperThread::inherited() const { return fork_epoch_ != kernel::ForkEpoch(); }

void ReadHelperThread::Close() {
  if (inherited()) return;
  const std::unique_lock lock(mutex_);
  closed_ = true;
  work_.notify_all();
}

void ReadHelperThread::Stop() {
  if (inherited()) return;
  Close();
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return !running_; });
}

void* ReadHelperThread::Main(void* share) {
  const std::unique_ptr<std::shared_ptr<ReadHelperThread>> mine(
      static_cast<std::shared_ptr<ReadHelperThread>*>(share));
  (*mine)->Help();
  return nullptr;
}

void ReadHelperThread::Help() {
  // So that nobody loses the processor to it when it is called, least of all the caller, who does
  // by itself what nobody helps with. Other policies than the ordinary one are somebody's choice.
  // By system calls, which are about this thread; musl has functions of these names that only fail.
  const sched_param none = {};
  if (syscall(SYS_sched_getscheduler, 0) == SCHED_OTHER) {
    std::ignore = syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &none);
  }
  do {
    while (const auto last = TakeLast()) {
      reads_[*last].Try();
      ++finished_;
      if (left_.exchange(false) && signal_ != nullptr) signal_->Signal();
    }
  } while (AwaitWork());
}

bool ReadHelperThread::AwaitWork() {
  std::unique_lock lock(mutex_);
  sleeping_ = true;
  const bool called = work_.wait_for(lock, idle_, [this] { return closed_ || has_work(); });
  sleeping_ = false;
  if (called && !closed_) return true;
  running_ = false;
  ended_.notify_all();
  return false;
}

std::optional<size_t> ReadHelperThread::TakeFirst() {
  uint64_t untaken = untaken_;
  while (From(untaken) < To(untaken)) {
    const uint64_t others = Untaken(From(untaken) + 1, To(untaken));
    if (untaken_.compare_exchange_weak(untaken, others)) return From(untaken);
  }
  return std::nullopt;
}

std::optional<size_t> ReadHelperThread::TakeLast() {
  uint64_t untaken = untaken_;
  while (From(untaken) < To(untaken)) {
    const uint64_t others = Untaken(From(untaken), To(untaken) - 1);
    if (untaken_.compare_exchange_weak(untaken, others)) return To(others);
  }
  return std::nullopt;
}

bool ReadHelperThread::has_work() const {
  const uint64_t untaken = untaken_;
  return From(untaken) < To(untaken);
}

bool ReadHelperThread::IsWorthCalling() {
  if (in_a_row_ < kRoundsInARow) return false;
  if (alone_ >= kRoundsAlone) {
    alone_ = 0;
    uncalled_ = kRoundsUncalled;
  }
  if (uncalled_ == 0) return true;
  --uncalled_;
  return false;
}

// In vain where the thread is just about to end: then there is no help this time.
void ReadHelperThread::Call() {
  if (running_ && !sleeping_) return;
  // Who has the lock is the thread, awake. It may have lost its processor, so it is not waited for.
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  if (!running_) {
    if (!closed_) StartThread();
    return;
  }
  lock.unlock();
  work_.notify_one();
}

void ReadHelperThread::StartThread() {
  // Where there is no memory for it, there is no help, which the caller does without.
  std::unique_ptr<std::shared_ptr<ReadHelperThread>> share(
      new (std::nothrow) std::shared_ptr<ReadHelperThread>(shared_from_this()));
  if (share == nullptr) return;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kHelperStackBytes);
  // Who stops it waits for what it does, not for the thread itself; that the code stays until it
  // has returned is seen to in CMakeLists.txt (-z nodelete).
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // The process's signals are for Node's own threads.
  const AllSignalsBlocked blocked;
  pthread_t thread = {};
  running_ = pthread_create(&thread, &attributes, Main, share.get()) == 0;
  pthread_attr_destroy(&attributes);
  if (running_) std::ignore = share.release();  // the thread has it now
}

bool ReadHelperThread::AwaitFinished(uint32_t count) const {
  if (finished_ == count) return true;
  const auto end = Clock::now() + kLateAfter;
  do {
    for (int i = 0; i < 16; ++i) Relax();
    if (finished_ == count) return true;
  } while (Clock::now() < end);
  return false;
}

}  // namespace aio_bind::addon
