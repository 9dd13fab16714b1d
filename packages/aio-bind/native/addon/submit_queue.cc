#include "submit_queue.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace aio_bind::addon {
namespace {

// Enough for the cost of a wake-up to be shared, few enough for the first not to wait long for its
// event to be noticed: some 100 us of copying.
constexpr size_t kWritesTogether = 32;

// Longer than a thread waits for a processor that others want too; so what takes as long waits for
// its device.
constexpr std::chrono::milliseconds kPatience(10);

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
  if (const auto file = FileWritten(job)) {
    PushWrite(*file, std::move(job));
  } else {
    (job.begun ? begun_ : alone_).emplace_back(++last_place_, std::move(job));
  }
  ++size_;
}

void SubmitQueue::PushWrite(File file, SubmitJob job) {
  const auto [writes, first] = writes_.try_emplace(file);
  try {
    writes->second.push_back(std::move(job));
    if (first) files_.emplace_back(++last_place_, file);
  } catch (...) {
    if (first) writes_.erase(writes);
    throw;
  }
}

SubmitQueue::Batch SubmitQueue::Take(Time now) {
  constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();
  const bool may_write = !files_.empty() && writing_ < max_writing_;
  const uint64_t alone = alone_.empty() ? kNone : alone_.front().first;
  const uint64_t begun = MayAwait(now) ? begun_.front().first : kNone;
  const uint64_t written = may_write ? files_.front().first : kNone;
  const uint64_t first = std::min({alone, begun, written});
  Batch batch;
  if (first == kNone) return batch;
  if (first == written) {
    TakeWrites(files_.front().second, batch);
    files_.pop_front();
    ++writing_;
  } else if (first == begun) {
    batch.jobs.push_back(TakeFirst(begun_));
    batch.place = awaited_ = begun;
    awaited_since_ = now;
  } else {
    batch.jobs.push_back(TakeFirst(alone_));
  }
  size_ -= batch.jobs.size();
  return batch;
}

std::optional<SubmitQueue::Time> SubmitQueue::next_to_await() const {
  if (begun_.empty()) return std::nullopt;
  return awaited_ ? awaited_since_ + kPatience : Time::min();
}

bool SubmitQueue::MayAwait(Time now) const {
  const auto from = next_to_await();
  return from && now >= *from;
}

SubmitJob SubmitQueue::TakeFirst(Places& jobs) {
  SubmitJob job = std::move(jobs.front().second);
  jobs.pop_front();
  return job;
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
  if (batch.place && batch.place == awaited_) awaited_.reset();
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
