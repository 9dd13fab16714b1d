// The order in which a SubmitPool's jobs are submitted, and which of them go together.
//
// Writes to one file wait for each other in the kernel (the inode's lock), so several threads that
// write to it do no more than one, and spend their time waking each other. So one thread at a time
// has a file's writes, and takes about half of them along. Everything else goes alone, for it may
// block, and what is behind it must not wait while other threads are free.
//
// Owner: a SubmitPool, under its mutex.
#ifndef AIO_BIND_ADDON_SUBMIT_QUEUE_H_
#define AIO_BIND_ADDON_SUBMIT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "../kernel/abi.h"
#include "memory.h"

namespace aio_bind::addon {

struct SubmitJob {
  aio_context_t ctx = 0;
  uint32_t context_serial = 0;
  iocb* copy = nullptr;            // in `memory`; nobody changes it until the event or refusal
  std::shared_ptr<Memory> memory;  // lives as long as a thread may read the iocb
};

class SubmitQueue {
 public:
  using File = uint32_t;  // a descriptor's number

  // What goes together, in order, with one context.
  struct Batch {
    std::vector<SubmitJob> jobs;
    std::optional<File> written;  // whose writes they are
  };

  void Push(SubmitJob job);
  // Empty where there is nothing to take; else Finish must follow.
  Batch Take();
  void Finish(const Batch& batch);

  // How many threads there is something to take for.
  size_t ready() const { return ready_.size(); }
  // Jobs that have not been taken.
  size_t size() const { return size_; }

  // Removes, and returns, the jobs that are `unwanted`, in no particular order.
  template <typename Predicate>
  std::vector<SubmitJob> Remove(Predicate unwanted);

 private:
  void TakeWrites(File file, Batch& batch);

  struct Ready {
    std::optional<File> written;  // a file that has writes,
    SubmitJob job;                // or else a job that goes alone
  };

  std::deque<Ready> ready_;
  // A file is here from its first write until none is left: it is in ready_, or a thread has it.
  std::unordered_map<File, std::deque<SubmitJob>> writes_;
  size_t size_ = 0;
};

template <typename Predicate>
std::vector<SubmitJob> SubmitQueue::Remove(Predicate unwanted) {
  std::vector<SubmitJob> removed;
  const auto remove = [&](const SubmitJob& job) {
    if (!unwanted(job)) return false;
    removed.push_back(job);
    return true;
  };
  for (auto& [file, writes] : writes_) std::erase_if(writes, remove);
  std::erase_if(ready_, [&](const Ready& entry) {
    if (!entry.written) return remove(entry.job);
    const auto writes = writes_.find(*entry.written);
    if (!writes->second.empty()) return false;
    // Were it left, the file's next write would seem to have its place in the order already.
    writes_.erase(writes);
    return true;
  });
  size_ -= removed.size();
  return removed;
}

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_SUBMIT_QUEUE_H_
