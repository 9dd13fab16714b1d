// The order in which a SubmitPool's jobs are submitted, and which of them go together.
//
// Writes to one file wait for each other in the kernel (the inode's lock), so several threads that
// write to it do no more than one, and spend their time waking each other. So one thread at a time
// has a file's writes, and takes about half of them along. Everything else goes alone, for it may
// block, and what is behind it must not wait while other threads are free.
//
// What has begun already (the device has been asked; a thread only waits for the end) goes one
// after the other: several threads would come no sooner, but take the processor from whoever asks.
// Where one of them takes long, the next is not kept waiting for it.
//
// Writes may wait for long (for the thaw of a frozen file system), and those of several files at
// once; so they never have all threads.
//
// Owner: a SubmitPool, under its mutex. Where there is no memory for a job, all is as it was
// before.
#ifndef AIO_BIND_ADDON_SUBMIT_QUEUE_H_
#define AIO_BIND_ADDON_SUBMIT_QUEUE_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../kernel/abi.h"

namespace aio_bind::addon {

class Memory;

struct SubmitJob {
  aio_context_t ctx = 0;
  uint32_t context_serial = 0;
  iocb* copy = nullptr;            // in `memory`; nobody changes it until the event or refusal
  std::shared_ptr<Memory> memory;  // lives as long as a thread may read the iocb
  bool begun = false;              // what it reads is on its way from the device already
  bool announced = false;          // the kernel signals the pool's eventfd at its end
};

class SubmitQueue {
 public:
  using File = uint32_t;  // a descriptor's number
  using Time = std::chrono::steady_clock::time_point;

  // `max_writing` threads at most have writes at a time.
  explicit SubmitQueue(size_t max_writing) : max_writing_(max_writing) {}

  // What goes together, in order, with one context.
  struct Batch {
    std::vector<SubmitJob> jobs;
    std::optional<File> written;    // whose writes they are
    std::optional<uint64_t> place;  // of one that had begun
  };

  void Push(SubmitJob job);
  // Empty where there is nothing to take now; else Finish must follow.
  Batch Take(Time now);
  void Finish(const Batch& batch);

  // How many threads there is something to take for.
  size_t Ready(Time now) const {
    const size_t others = alone_.size() + std::min(files_.size(), max_writing_ - writing_);
    return MayAwait(now) ? others + 1 : others;
  }
  // From when on the next of those that have begun may be taken, though the last may not have
  // ended; nothing where there is none.
  std::optional<Time> next_to_await() const;
  // Jobs that have not been taken.
  size_t size() const { return size_; }

  // Removes the jobs that are `unwanted`, after it has called `each` with them, in no particular
  // order. Needs no memory.
  template <typename Predicate, typename Function>
  void Remove(Predicate unwanted, Function each) noexcept;

 private:
  using Places = std::deque<std::pair<uint64_t, SubmitJob>>;

  void PushWrite(File file, SubmitJob job);
  static SubmitJob TakeFirst(Places& jobs);
  bool MayAwait(Time now) const;
  void TakeWrites(File file, Batch& batch);

  // Each with its place in the order of all.
  Places alone_;
  Places begun_;
  std::deque<std::pair<uint64_t, File>> files_;  // that have writes
  // A file is here from its first write until none is left: it is in files_, or a thread has it.
  std::unordered_map<File, std::deque<SubmitJob>> writes_;
  const size_t max_writing_;
  size_t writing_ = 0;
  // Of those that had begun, the one that was taken last, while a thread is at it.
  std::optional<uint64_t> awaited_;
  Time awaited_since_;
  uint64_t last_place_ = 0;
  size_t size_ = 0;
};

template <typename Predicate, typename Function>
void SubmitQueue::Remove(Predicate unwanted, Function each) noexcept {
  size_t removed = 0;
  const auto remove = [&](const SubmitJob& job) {
    if (!unwanted(job)) return false;
    each(job);
    ++removed;
    return true;
  };
  for (auto& [file, writes] : writes_) std::erase_if(writes, remove);
  for (Places* jobs : {&alone_, &begun_}) {
    std::erase_if(*jobs, [&](const auto& entry) { return remove(entry.second); });
  }
  std::erase_if(files_, [&](const auto& entry) {
    const auto writes = writes_.find(entry.second);
    if (!writes->second.empty()) return false;
    // Were it left, the file's next write would seem to have its place in the order already.
    writes_.erase(writes);
    return true;
  });
  size_ -= removed;
}

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_SUBMIT_QUEUE_H_
