#include "read_helper.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "arguments.h"
#include "environment.h"
#include "event_watcher.h"
#include "from_double.h"
#include "slab_arguments.h"

namespace aio_bind::addon {
namespace {

ReadHelperThread::Read ReadOf(const RangeArray& ranges, size_t index) {
  return {.fd = ranges.fildes()[index],
          .buffer = AddressFrom(ranges.buf()[index]),
          .length = ranges.nbytes()[index],
          .offset = PositionFrom(ranges.offset()[index], 0),
          .result = 0};
}

void Note(RangeArray& ranges, size_t index, const ReadHelperThread::Read& read) {
  ranges.res()[index] = static_cast<int32_t>(read.result);
  ++ranges.found()->ended;
  if (read.result == static_cast<int64_t>(read.length)) ++ranges.found()->whole;
}

}  // namespace

Napi::Function ReadHelper::Define(Napi::Env env) {
  return DefineClass(env, "ReadHelper",
                     {
                         InstanceMethod<&ReadHelper::Read>("read"),
                         InstanceMethod<&ReadHelper::Late>("late"),
                         InstanceMethod<&ReadHelper::Threads>("threads"),
                         InstanceMethod<&ReadHelper::Close>("close"),
                     });
}

ReadHelper::ReadHelper(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ReadHelper>(info) {
  std::shared_ptr<kernel::EventFd> signal;
  if (!info[1].IsUndefined()) signal = EventWatcher::From(info[1])->event_fd();
  thread_ = std::make_shared<ReadHelperThread>(std::chrono::milliseconds(Uint32Argument(info, 0)),
                                               std::move(signal));
  Environment::In(info.Env()).AddReadHelper(thread_);
}

Napi::Value ReadHelper::Read(const Napi::CallbackInfo& info) {
  const uint32_t nr = Uint32Argument(info, 0);
  RangeArray& ranges = *RangeArrayArgument(info, 1);
  if (nr > ranges.length()) throw OutOfRange(info.Env(), "nr is larger than the array of ranges");
  *ranges.found() = {};
  if (thread_->has_late()) {
    for (size_t i = 0; i < nr; ++i) {
      ReadHelperThread::Read read = ReadOf(ranges, i);
      read.Try();
      Note(ranges, i, read);
    }
    return Napi::Number::New(info.Env(), -1);
  }
  // What is checked must be what is used, and another thread may have been given the ranges.
  auto& reads = thread_->reads();
  reads.clear();
  for (size_t i = 0; i < nr; ++i) reads.push_back(ReadOf(ranges, i));
  const auto late = thread_->Perform();
  for (size_t i = 0; i < nr; ++i) {
    if (i == late) {
      ranges.res()[i] = RangeArray::kPending;
    } else {
      Note(ranges, i, reads[i]);
    }
  }
  return Napi::Number::New(info.Env(), late ? static_cast<double>(*late) : -1);
}

Napi::Value ReadHelper::Late(const Napi::CallbackInfo& info) {
  const auto result = thread_->TakeLate();
  return Napi::Number::New(info.Env(),
                           result ? static_cast<double>(*result) : RangeArray::kPending);
}

Napi::Value ReadHelper::Threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), thread_->is_running() ? 1 : 0);
}

void ReadHelper::Close(const Napi::CallbackInfo&) { thread_->Close(); }

}  // namespace aio_bind::addon
