// Reads of what is in memory, by two threads at once: the caller's, which takes from the front, and
// one that helps, which takes from the back. So two processors copy, and the caller is held up for
// half as long; where the helper comes late, or not at all, the caller has done the more itself.
//
// Owner: the JavaScript ReadHelper and, while it runs, the thread. Thread: Perform() and TakeLate()
// are the environment's, the rest may be called from any. Dies: with the last of both, or with the
// environment, which stops it first: it writes to memory that is not its own. After fork(2) there
// is no thread in the child, and no telling who had the lock: nothing asks for it there. Knows
// nothing of JavaScript.
#ifndef AIO_BIND_ADDON_READ_HELPER_THREAD_H_
#define AIO_BIND_ADDON_READ_HELPER_THREAD_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "../kernel/event_fd.h"

namespace aio_bind::addon {

class ReadHelperThread : public std::enable_shared_from_this<ReadHelperThread> {
 public:
  struct Read {
    int fd;
    void* buffer;
    size_t length;
    int64_t offset;
    int64_t result;  // bytes or -errno

    // preadv2(2) with RWF_NOWAIT.
    void Try();
  };

  // `signal`, if any, is signalled when a late read has ended.
  ReadHelperThread(std::chrono::milliseconds idle, std::shared_ptr<kernel::EventFd> signal);
  ReadHelperThread(const ReadHelperThread&) = delete;
  ReadHelperThread& operator=(const ReadHelperThread&) = delete;
  ~ReadHelperThread() = default;

  // One of the last reads is still under way, or has not been asked for: there can be no others.
  bool has_late() const { return late_.has_value(); }
  // What to read: filled in before Perform(), with results after it.
  std::vector<Read>& reads() { return reads_; }
  // Performs all `reads`. Where the helper has lost its processor in the middle of its last, that
  // one is not waited for: it is late, and the one that is returned.
  std::optional<size_t> Perform();
  // The late one's result, once it has ended.
  std::optional<int64_t> TakeLate();

  // No help from now on. Does not wait.
  void Close();
  // Close, then waits for the thread.
  void Stop();
  bool is_running() const { return running_ && !inherited(); }

 private:
  using Clock = std::chrono::steady_clock;

  // Made by the parent of this process.
  bool inherited() const;
  static void* Main(void* share);
  void Help();
  // Until there is something to take, or it is to end. Returns whether it goes on.
  bool AwaitWork();
  std::optional<size_t> Share();
  std::optional<size_t> TakeFirst();
  std::optional<size_t> TakeLast();
  bool has_work() const;
  bool IsWorthCalling();
  void Call();
  // Under mutex_.
  void StartThread();
  bool AwaitFinished(uint32_t count) const;

  const std::chrono::milliseconds idle_;
  const std::shared_ptr<kernel::EventFd> signal_;
  const uint32_t fork_epoch_;

  // Who has taken one of them has it alone; the caller changes them only while nobody has any.
  std::vector<Read> reads_;
  // What nobody has taken: from the high half on, up to the low one.
  std::atomic<uint64_t> untaken_ = 0;
  // Of those that the helper took.
  std::atomic<uint32_t> finished_ = 0;
  // The caller has gone on without waiting for the helper's last.
  std::atomic<bool> left_ = false;

  // The caller's: the late one, and how many the helper will have finished then.
  std::optional<size_t> late_;
  uint32_t helped_ = 0;
  // How many rounds followed the one before closely, up to this one; and when the last ended.
  uint32_t in_a_row_ = 0;
  Clock::time_point ended_at_;
  // In how many rounds in a row the helper took nothing, and for how many it is not called any
  // more.
  uint32_t alone_ = 0;
  uint32_t uncalled_ = 0;

  std::atomic<bool> running_ = false;   // changed under mutex_
  std::atomic<bool> sleeping_ = false;  // changed under mutex_
  std::mutex mutex_;
  std::condition_variable work_;   // something to take, or closing
  std::condition_variable ended_;  // the thread has
  bool closed_ = false;            // under mutex_
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_READ_HELPER_THREAD_H_
