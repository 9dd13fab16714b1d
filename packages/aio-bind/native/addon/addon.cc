// The export list. src/native.ts types each of these; nothing else crosses the border.
#include <napi.h>

#include "destroyer.h"
#include "environment.h"
#include "event_array.h"
#include "event_watcher.h"
#include "file_calls.h"
#include "io_calls.h"
#include "layout.h"
#include "memory.h"
#include "range_array.h"
#include "read_helper.h"
#include "slab.h"
#include "submit_ranges.h"
#include "submit_threads.h"
#include "timed_read.h"

namespace aio_bind::addon {
namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  Environment::Start(env);

  exports["layout"] = Layout(env);
  exports["constants"] = Constants(env);

  exports["ioSetup"] = Napi::Function::New<IoSetup>(env, "ioSetup");
  exports["ioDestroy"] = Napi::Function::New<IoDestroy>(env, "ioDestroy");
  exports["ioDestroyLater"] = Napi::Function::New<IoDestroyLater>(env, "ioDestroyLater");
  exports["ioSubmitSlots"] = Napi::Function::New<IoSubmitSlots>(env, "ioSubmitSlots");
  exports["ioSubmitPairs"] = Napi::Function::New<IoSubmitPairs>(env, "ioSubmitPairs");
  exports["ioSubmitRanges"] = Napi::Function::New<IoSubmitRanges>(env, "ioSubmitRanges");
  exports["ioGetevents"] = Napi::Function::New<IoGetevents>(env, "ioGetevents");
  exports["ioPgetevents"] = Napi::Function::New<IoPgetevents>(env, "ioPgetevents");
  exports["ioGeteventsRing"] = Napi::Function::New<IoGeteventsRing>(env, "ioGeteventsRing");
  exports["ioCancel"] = Napi::Function::New<IoCancel>(env, "ioCancel");
  exports["aioRing"] = Napi::Function::New<AioRingHeader>(env, "aioRing");

  exports["lseek"] = Napi::Function::New<Lseek>(env, "lseek");
  exports["openat2"] = Napi::Function::New<Openat2>(env, "openat2");
  exports["statx"] = Napi::Function::New<Statx>(env, "statx");
  exports["preadv2"] = Napi::Function::New<Preadv2>(env, "preadv2");
  exports["close"] = Napi::Function::New<Close>(env, "close");
  exports["readCached"] = Napi::Function::New<ReadCached>(env, "readCached");
  exports["readCachedOnMount"] = Napi::Function::New<ReadCachedOnMount>(env, "readCachedOnMount");

  exports["createSlab"] = Napi::Function::New<CreateSlab>(env, "createSlab");
  exports["createEventArray"] = Napi::Function::New<CreateEventArray>(env, "createEventArray");
  exports["createRangeArray"] = Napi::Function::New<CreateRangeArray>(env, "createRangeArray");
  exports["createTimedRead"] = Napi::Function::New<CreateTimedRead>(env, "createTimedRead");
  exports["addressOf"] = Napi::Function::New<AddressOf>(env, "addressOf");
  exports["stackAddress"] = Napi::Function::New<StackAddress>(env, "stackAddress");

  exports["EventWatcher"] = EventWatcher::Define(env);
  exports["ReadHelper"] = ReadHelper::Define(env);
  exports["SubmitThreads"] = SubmitThreads::Define(env);
  return exports;
}

NODE_API_MODULE(aio_bind, Init)

}  // namespace
}  // namespace aio_bind::addon
