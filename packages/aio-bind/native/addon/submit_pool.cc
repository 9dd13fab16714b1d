#include "submit_pool.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <tuple>
#include <utility>

#include "../kernel/fork_epoch.h"
#include "../kernel/syscalls.h"
#include "interrupt.h"

namespace aio_bind::addon {
namespace {

// io_submit(2) runs in the kernel; the thread itself needs next to nothing.
constexpr size_t kStackBytes = 256UL * 1024;

bool AnyJob(const SubmitJob&) { return true; }

SubmitPool::Refusal RefusalOf(const SubmitJob& job, long result) {
  io_event event = {};
  event.data = job.copy->aio_data;
  event.obj = reinterpret_cast<uintptr_t>(job.copy);
  event.res = result;
  return {job.context_serial, event};
}

}  // namespace

struct SubmitPool::Start {
  std::shared_ptr<SubmitPool> pool;  // the thread's share
  std::list<Worker>::iterator self;
};

SubmitPool::SubmitPool(uint32_t max_threads, std::chrono::milliseconds idle,
                       std::shared_ptr<kernel::EventFd> signal)
    : max_threads_(max_threads),
      idle_(idle),
      signal_(std::move(signal)),
      fork_epoch_(kernel::ForkEpoch()),
      queue_(std::max<size_t>(max_threads, 2) - 1) {}

bool SubmitPool::inherited() const { return fork_epoch_ != kernel::ForkEpoch(); }

SubmitPool::~SubmitPool() {
  if (inherited()) return;
  // The last share may be that of a thread on its way out, which cannot join itself.
  for (const pthread_t thread : finished_) {
    if (pthread_equal(thread, pthread_self()) != 0) {
      pthread_detach(thread);
    } else {
      pthread_join(thread, nullptr);
    }
  }
}

bool SubmitPool::Enqueue(const std::shared_ptr<SubmitPool>& pool, SubmitJob job) {
  if (pool->inherited()) return false;
  job.announced = pool->Announces(*job.copy);
  std::unique_lock lock(pool->mutex_);
  pool->JoinFinished();
  pool->MakeRoomForRefusals();
  if (pool->closed_) {
    pool->Refuse(job, -ECANCELED);
    return true;
  }
  const auto now = Clock::now();
  const size_t ready = pool->queue_.Ready(now);
  const bool any_to_await = pool->queue_.next_to_await().has_value();
  const bool begun = job.begun;
  pool->queue_.Push(std::move(job));
  // The queue has it: nothing throws from here on.
  // A thread that is at it takes this along.
  if (pool->queue_.Ready(now) == ready) {
    if (!any_to_await && pool->IsUnwatched()) pool->CallThread(1);
    return true;
  }
  // A thread that has only just begun to wait is slow to wake: several that take turns have work
  // done sooner than one or two. What has begun needs but one.
  const bool one_will_do = begun || pool->start_failed_;
  const bool enough =
      (one_will_do && pool->waiting_ > ready) || pool->workers_.size() >= pool->max_threads_;
  if (!enough) pool->start_failed_ = !pool->StartThread(pool);
  if (pool->workers_.empty()) {
    pool->queue_.Remove(AnyJob,
                        [&](const SubmitJob& stranded) { pool->Refuse(stranded, -EAGAIN); });
    return true;
  }
  // Whoever wakes takes the lock first.
  lock.unlock();
  pool->work_.notify_one();
  return true;
}

bool SubmitPool::Withdraw(uint32_t context_serial, const iocb* copy) {
  if (inherited()) return false;
  const std::unique_lock lock(mutex_);
  bool removed = false;
  queue_.Remove(
      [=](const SubmitJob& job) {
        return job.context_serial == context_serial && job.copy == copy;
      },
      [&](const SubmitJob&) { removed = true; });
  return removed;
}

void SubmitPool::WithdrawContext(aio_context_t ctx, uint32_t context_serial) {
  if (inherited()) return;
  std::unique_lock lock(mutex_);
  queue_.Remove([=](const SubmitJob& job) { return job.ctx == ctx; }, [](const SubmitJob&) {});
  InterruptUntilNone(lock, [=](const Worker& worker) { return worker.ctx == ctx; });
  // Last, as an interrupted wait is refused too.
  std::erase_if(refusals_,
                [=](const Refusal& refusal) { return refusal.context_serial == context_serial; });
}

std::vector<SubmitPool::Refusal> SubmitPool::TakeRefusals(size_t max) {
  // Asked after every submission, and rarely so: a thread may have the lock.
  if (!any_refusals_.load(std::memory_order_acquire) || inherited()) return {};
  const std::unique_lock lock(mutex_);
  const auto end = refusals_.begin() + static_cast<long>(std::min(max, refusals_.size()));
  std::vector<Refusal> taken(refusals_.begin(), end);
  refusals_.erase(refusals_.begin(), end);
  any_refusals_ = !refusals_.empty();
  return taken;
}

void SubmitPool::Close() {
  if (inherited()) return;
  const std::unique_lock lock(mutex_);
  closed_ = true;
  queue_.Remove(AnyJob, [this](const SubmitJob& job) { Refuse(job, -ECANCELED); });
  work_.notify_all();
}

void SubmitPool::Stop() {
  if (inherited()) return;
  Close();
  std::unique_lock lock(mutex_);
  InterruptUntilNone(lock, [](const Worker&) { return true; });
  JoinFinished();
}

SubmitPool::Counts SubmitPool::Count() const {
  if (inherited()) return {};
  const std::unique_lock lock(mutex_);
  const auto threads = static_cast<uint32_t>(workers_.size());
  const auto running = std::count_if(workers_.begin(), workers_.end(),
                                     [](const Worker& worker) { return worker.ctx != 0; });
  return {threads, static_cast<uint32_t>(queue_.size()), static_cast<uint32_t>(running)};
}

void* SubmitPool::Main(void* start) {
  const std::unique_ptr<Start> mine(static_cast<Start*>(start));
  mine->pool->Work(mine->self);
  return nullptr;
}

void SubmitPool::Work(std::list<Worker>::iterator self) {
  std::unique_lock lock(mutex_);
  --starting_;
  for (;;) {
    const bool has_waited = AwaitWork(lock);
    const auto now = Clock::now();
    const SubmitQueue::Batch batch = queue_.Take(now);
    CallThread(std::max<size_t>(has_waited ? queue_.Ready(now) : 0, IsUnwatched() ? 1 : 0));
    if (batch.jobs.empty()) break;  // idle for long enough, or closed
    self->ctx = batch.jobs.front().ctx;
    lock.unlock();
    const bool announced =
        std::ranges::all_of(batch.jobs, [](const SubmitJob& job) { return job.announced; });
    const std::vector<Refusal> refused = Submit(batch.jobs);
    lock.lock();
    self->ctx = 0;
    if (!refused.empty()) {
      refusals_.insert(refusals_.end(), refused.begin(), refused.end());
      MakeRoomForRefusals();  // which these have taken
      any_refusals_ = true;
    }
    queue_.Finish(batch);
    settled_.notify_all();
    if (signal_ == nullptr || (announced && refused.empty())) continue;
    // What completed in io_submit(2) is in the ring now, and named no eventfd.
    // Whoever hears of it will want the lock.
    lock.unlock();
    signal_->Signal();
    lock.lock();
  }
  finished_.push_back(self->thread);
  workers_.erase(self);
  start_failed_ = false;  // there is room for one, at least
  settled_.notify_all();
}

bool SubmitPool::AwaitWork(std::unique_lock<std::mutex>& lock) {
  const auto is_work = [&] { return closed_ || queue_.Ready(Clock::now()) != 0; };
  if (is_work()) return false;
  ++waiting_;
  auto end = Clock::now() + idle_;
  do {
    if (const auto next = queue_.next_to_await()) {
      ++watching_;
      work_.wait_until(lock, *next);
      --watching_;
      end = Clock::now() + idle_;
    } else if (work_.wait_until(lock, end) == std::cv_status::timeout && !queue_.next_to_await()) {
      break;
    }
  } while (!is_work());
  --waiting_;
  return true;
}

void SubmitPool::CallThread(size_t needed) {
  if (needed <= starting_) return;
  if (waiting_ > 0) {
    work_.notify_one();
  } else if (workers_.size() < max_threads_) {
    // Where there can be no other, one that is at work comes to it in the end.
    std::ignore = StartThread(shared_from_this());
  }
}

bool SubmitPool::StartThread(const std::shared_ptr<SubmitPool>& pool) noexcept try {
  std::list<Worker> one(1);
  const auto self = one.begin();
  auto start = std::make_unique<Start>(Start{pool, self});
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  // The process's signals are for Node's own threads.
  const AllSignalsBlocked blocked;
  const int error = pthread_create(&self->thread, &attributes, Main, start.get());
  pthread_attr_destroy(&attributes);
  if (error != 0) return false;
  // It waits for the lock.
  workers_.splice(workers_.end(), one);
  std::ignore = start.release();  // the thread has it now
  ++starting_;
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

std::vector<SubmitPool::Refusal> SubmitPool::Submit(const std::vector<SubmitJob>& jobs) {
  std::vector<iocb*> pointers;
  pointers.reserve(jobs.size());
  for (const SubmitJob& job : jobs) pointers.push_back(job.copy);
  std::vector<Refusal> refused;
  for (size_t done = 0; done < jobs.size();) {
    const auto left = static_cast<long>(jobs.size() - done);
    const long result = kernel::IoSubmit(jobs[done].ctx, left, &pointers[done]);
    if (result > 0) {
      done += static_cast<size_t>(result);
    } else {
      // Of the first of them; the others go on.
      refused.push_back(RefusalOf(jobs[done++], result == 0 ? -EAGAIN : result));
    }
  }
  return refused;
}

bool SubmitPool::Announces(const iocb& iocb) const {
  return signal_ != nullptr && (iocb.aio_flags & IOCB_FLAG_RESFD) != 0 &&
         iocb.aio_resfd == static_cast<uint32_t>(signal_->fd());
}

void SubmitPool::MakeRoomForRefusals() {
  const size_t needed = refusals_.size() + queue_.size() + 1;
  if (refusals_.capacity() < needed) refusals_.reserve(2 * needed);
}

void SubmitPool::Refuse(const SubmitJob& job, long result) noexcept {
  refusals_.push_back(RefusalOf(job, result));
  any_refusals_ = true;
  if (signal_ != nullptr) signal_->Signal();
}

void SubmitPool::JoinFinished() {
  // They have left Work() or are about to return from it; none waits for mutex_ any more, once it
  // has put itself here.
  for (const pthread_t thread : finished_) pthread_join(thread, nullptr);
  finished_.clear();
}

template <typename Predicate>
void SubmitPool::InterruptUntilNone(std::unique_lock<std::mutex>& lock, Predicate concerned) {
  while (std::any_of(workers_.begin(), workers_.end(), concerned)) {
    for (const Worker& worker : workers_) {
      if (worker.ctx != 0 && concerned(worker)) InterruptSystemCall(worker.thread);
    }
    // Again and again: a signal that comes just before the thread enters the kernel is lost.
    settled_.wait_for(lock, std::chrono::milliseconds(1));
  }
}

}  // namespace aio_bind::addon
