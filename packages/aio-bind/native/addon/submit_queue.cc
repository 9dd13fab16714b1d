#include "submit_queue.h"

#include <algorithm>
#include <utility>

namespace aio_bind::addon {
namespace {

// Enough for the cost of a wake-up to be shared, few enough for the first not to wait long for its
// event to be noticed: some 100 us of copying.
constexpr size_t kWritesTogether = 32;

// About half of what is there: whoever hears of these can ask for the next while the others are
// being written, so that neither side waits for the other.
size_t HowManyOf(size_t waiting) { return std::min(kWritesTogether, waiting / 2 + 1); }

std::optional<uint32_t> FileWritten(const SubmitJob& job) {
  const auto opcode = job.copy->aio_lio_opcode;
  if (opcode != IOCB_CMD_PWRITE && opcode != IOCB_CMD_PWRITEV) return std::nullopt;
  return job.copy->aio_fildes;
}

}  // namespace

void SubmitQueue::Push(SubmitJob job) {
  ++size_;
  const auto file = FileWritten(job);
  if (!file) {
    alone_.emplace_back(++last_place_, std::move(job));
    return;
  }
  const auto [writes, first] = writes_.try_emplace(*file);
  writes->second.push_back(std::move(job));
  if (first) files_.emplace_back(++last_place_, *file);
}

SubmitQueue::Batch SubmitQueue::Take() {
  Batch batch;
  if (ready() == 0) return batch;
  if (WritesAreNext()) {
    TakeWrites(files_.front().second, batch);
    files_.pop_front();
    ++writing_;
  } else {
    batch.jobs.push_back(std::move(alone_.front().second));
    alone_.pop_front();
  }
  size_ -= batch.jobs.size();
  return batch;
}

bool SubmitQueue::WritesAreNext() const {
  if (files_.empty() || writing_ == max_writing_) return false;
  return alone_.empty() || files_.front().first < alone_.front().first;
}

void SubmitQueue::TakeWrites(File file, Batch& batch) {
  auto& writes = writes_.at(file);
  const size_t most = HowManyOf(writes.size());
  while (!writes.empty() && batch.jobs.size() < most &&
         (batch.jobs.empty() || writes.front().ctx == batch.jobs.front().ctx)) {
    batch.jobs.push_back(std::move(writes.front()));
    writes.pop_front();
  }
  batch.written = file;
}

void SubmitQueue::Finish(const Batch& batch) {
  if (!batch.written) return;
  --writing_;
  const auto writes = writes_.find(*batch.written);
  if (writes->second.empty()) {
    writes_.erase(writes);
  } else {
    files_.emplace_back(++last_place_, *batch.written);
  }
}

}  // namespace aio_bind::addon
