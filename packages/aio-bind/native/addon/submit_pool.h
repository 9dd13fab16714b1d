// A few lazily started threads that call io_submit(2) for operations that may block in it.
//
// What they submit completes through the context's ring like any other operation; only what the
// kernel refuses to take is kept here, as an event with the refusal in `res`.
//
// Owner: the JavaScript SubmitThreads and, while they run, the threads. Thread: all methods may be
// called from any; they are called from the environment's. Dies: with its last thread, or with the
// environment, which stops it first. After fork(2) there are no threads in the child, and no
// telling who had the lock: nothing asks for it there, and there is nothing. Knows nothing of
// JavaScript.
#ifndef AIO_BIND_ADDON_SUBMIT_POOL_H_
#define AIO_BIND_ADDON_SUBMIT_POOL_H_

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "../kernel/abi.h"
#include "../kernel/event_fd.h"
#include "submit_queue.h"

namespace aio_bind::addon {

class SubmitPool : public std::enable_shared_from_this<SubmitPool> {
 public:
  struct Refusal {
    uint32_t context_serial;
    io_event event;
  };
  struct Counts {
    uint32_t threads;  // alive now
    uint32_t queued;   // no thread has taken it yet
    uint32_t running;  // inside io_submit(2)
  };

  // `signal`, if any, is signalled for every refusal, and after every submission of something that
  // does not name it as its eventfd.
  SubmitPool(uint32_t max_threads, std::chrono::milliseconds idle,
             std::shared_ptr<kernel::EventFd> signal);
  SubmitPool(const SubmitPool&) = delete;
  SubmitPool& operator=(const SubmitPool&) = delete;
  ~SubmitPool();

  // Never blocks. See SubmitQueue for the order. False, and nothing is done, in a forked child.
  // Throws std::bad_alloc only where nothing has been done either.
  [[nodiscard]] static bool Enqueue(const std::shared_ptr<SubmitPool>& pool, SubmitJob job);
  // Takes back the context's job with this iocb, if no thread has taken it yet.
  bool Withdraw(uint32_t context_serial, const iocb* copy);
  // Drops the queued jobs and the refusals of a context that is about to be destroyed, and waits
  // until no thread is inside io_submit(2) with it; waits that a signal can end are ended (EINTR).
  void WithdrawContext(aio_context_t ctx, uint32_t context_serial);
  // Moves up to `max` refusals out.
  std::vector<Refusal> TakeRefusals(size_t max);
  // Nothing more is taken in; what is queued is refused with -ECANCELED. Does not wait.
  void Close();
  // Close, then waits for the threads, ending their waits as WithdrawContext does.
  void Stop();
  Counts Count() const;

 private:
  struct Worker {
    pthread_t thread;
    aio_context_t ctx;  // of the io_submit(2) it is inside, else 0
  };
  struct Start;

  using Clock = std::chrono::steady_clock;

  // Made by the parent of this process.
  bool inherited() const;
  static void* Main(void* start);
  // There is nobody to tell of a failure: without memory for a batch the process ends.
  void Work(std::list<Worker>::iterator self);
  // Until there is something to take, or has been nothing for long enough, or it is closed.
  // Returns whether it had to wait, and so may have been called for something else than it takes.
  bool AwaitWork(std::unique_lock<std::mutex>& lock);
  // Nobody waits for the time when the next that has begun may be taken.
  bool IsUnwatched() const { return watching_ == 0 && queue_.next_to_await().has_value(); }
  // Has a thread that is free, or a new one, come, unless as many as are needed are on their way.
  void CallThread(size_t needed);
  // Whether the kernel signals its end, so that nobody else has to.
  bool Announces(const iocb& iocb) const;
  static std::vector<Refusal> Submit(const std::vector<SubmitJob>& jobs);
  // False where there is no thread or no memory to be had.
  bool StartThread(const std::shared_ptr<SubmitPool>& pool) noexcept;
  // Has Refuse() need no memory for what is queued, and for one more.
  void MakeRoomForRefusals();
  void Refuse(const SubmitJob& job, long result) noexcept;
  void JoinFinished();
  template <typename Predicate>
  void InterruptUntilNone(std::unique_lock<std::mutex>& lock, Predicate concerned);

  const uint32_t max_threads_;
  const std::chrono::milliseconds idle_;
  const std::shared_ptr<kernel::EventFd> signal_;
  const uint32_t fork_epoch_;

  mutable std::mutex mutex_;
  std::condition_variable work_;            // a job, or closing
  std::condition_variable settled_;         // a thread has left io_submit(2), or ended
  std::atomic<bool> any_refusals_ = false;  // changed under mutex_
  // All below under mutex_.
  SubmitQueue queue_;
  std::vector<Refusal> refusals_;
  std::list<Worker> workers_;
  std::vector<pthread_t> finished_;  // ended, to be joined
  uint32_t waiting_ = 0;             // threads without a job
  uint32_t watching_ = 0;            // of these, for when the next that has begun may be taken
  uint32_t starting_ = 0;            // threads that have not come to Work() yet
  bool start_failed_ = false;        // the last time there was no thread to be had
  bool closed_ = false;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_SUBMIT_POOL_H_
