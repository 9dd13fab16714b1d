// fork(2): a child has none of its parent's threads. It neither waits for them, nor for a lock that
// one of them had, and gives them nothing to do.
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "../addon/read_helper_thread.h"
#include "../addon/submit_pool.h"
#include "fixtures.h"

namespace aio_bind::addon {
namespace {

using namespace test;

constexpr std::chrono::milliseconds kIdle(60'000);

std::shared_ptr<SubmitPool> MakePool() { return std::make_shared<SubmitPool>(2, kIdle, nullptr); }

SubmitJob JobOf(const Context& context, iocb& operation) {
  SubmitJob job;
  job.ctx = context.id();
  job.context_serial = 1;
  job.copy = &operation;
  return job;
}

template <typename Condition>
void Await(Condition condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// The first call, counted from 1, that says that there is anything; 0 if each returns and has
// nothing.
int FirstThatHasAnything(const std::shared_ptr<SubmitPool>& pool, const Context& context,
                         iocb& operation) {
  if (SubmitPool::Enqueue(pool, JobOf(context, operation))) return 1;
  const auto counts = pool->Count();
  if (counts.threads + counts.queued + counts.running != 0) return 2;
  if (pool->Withdraw(1, &operation)) return 3;
  pool->WithdrawContext(context.id(), 1);
  if (!pool->TakeRefusals(8).empty()) return 4;
  pool->Close();
  pool->Stop();
  return 0;
}

CASE("a child has nothing of its parent's submit threads, and does not wait for one that is busy") {
  const Context context;
  const Pipe pipe;
  const auto pool = MakePool();
  char byte = 0;
  iocb read = Pread(pipe.read_end.get(), &byte, 1);
  REQUIRE(SubmitPool::Enqueue(pool, JobOf(context, read)));
  Await([&] { return pool->Count().running == 1; });
  EXPECT_EQ(InChild([&] { return FirstThatHasAnything(pool, context, read); }), 0);
  // The parent's are unharmed.
  pipe.Fill();
  EXPECT_EQ(context.Wait(1)[0].res, 1);
  pool->Stop();
  EXPECT_EQ(pool->Count().threads, 0U);
}

CASE("a child has nothing of its parent's submit threads where one of them was refused something") {
  const Context context;
  const auto pool = MakePool();
  iocb wrong = Pread(-1, nullptr, 1);
  REQUIRE(SubmitPool::Enqueue(pool, JobOf(context, wrong)));
  Await([&] {
    const auto counts = pool->Count();
    return counts.queued + counts.running == 0;
  });
  EXPECT_EQ(InChild([&] { return FirstThatHasAnything(pool, context, wrong); }), 0);
  EXPECT_EQ(pool->TakeRefusals(8).size(), 1U);
  pool->Stop();
}

CASE("a child asks for no lock of submit threads or of a read helper: its parent may have had it") {
  const auto pool = MakePool();
  const auto helper = std::make_shared<ReadHelperThread>(kIdle, nullptr);
  std::atomic<bool> is_over = false;
  // Between them the locks are taken most of the time.
  std::thread others([&] {
    while (!is_over) {
      pool->Count();
      helper->Close();
    }
  });
  for (int round = Rounds(200, 2000); round > 0; --round) {
    const int status = InChild([&] {
      pool->Close();
      pool->Stop();
      helper->Close();
      helper->Stop();
      return pool->Count().threads == 0 ? 0 : 1;
    });
    if (!EXPECT_EQ(status, 0)) break;
  }
  is_over = true;
  others.join();
}

CASE("a child has nothing of its parent's read helper: it reads alone, and waits for nobody") {
  constexpr size_t kBytes = 1 << 18;
  const Fd file = TempFile(2 * kBytes, 'h');
  std::array<std::vector<char>, 2> buffers;
  const auto helper = std::make_shared<ReadHelperThread>(kIdle, nullptr);
  const auto read = [&] {
    while (helper->has_late()) helper->TakeLate();
    helper->reads().clear();
    for (std::vector<char>& buffer : buffers) {
      buffer.assign(kBytes, 0);
      helper->reads().push_back({file.get(), buffer.data(), kBytes, 0, 0});
    }
    return helper->Perform();
  };
  // It comes once reads follow one another closely.
  for (int round = 0; !helper->is_running() && round < 100'000; ++round) read();
  REQUIRE(helper->is_running());
  while (helper->has_late()) helper->TakeLate();
  EXPECT_EQ(InChild([&] {
              if (helper->is_running()) return 1;
              for (int round = 0; round < 10; ++round) {
                if (read().has_value()) return 2;
              }
              for (const auto& done : helper->reads()) {
                if (done.result != static_cast<int64_t>(kBytes)) return 3;
              }
              helper->Close();
              helper->Stop();
              return 0;
            }),
            0);
  EXPECT(helper->is_running());
  helper->Stop();
}

}  // namespace
}  // namespace aio_bind::addon
