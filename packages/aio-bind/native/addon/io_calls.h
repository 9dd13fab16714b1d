// The system calls, as JavaScript calls them. Contexts, slabs and event arrays come as numbers;
// results go back as the kernel gave them: a count, 0, or -errno (TypeScript makes the Errors).
#ifndef AIO_BIND_ADDON_IO_CALLS_H_
#define AIO_BIND_ADDON_IO_CALLS_H_

#include <napi.h>

namespace aio_bind::addon {

// ioSetup(nr_events, value: bigint | null) -> { result, serial, value }
Napi::Value IoSetup(const Napi::CallbackInfo& info);
// ioDestroy(context) -> result
Napi::Value IoDestroy(const Napi::CallbackInfo& info);
// ioSubmitSlots(context, nr, slab, slots: Uint32Array) -> result
Napi::Value IoSubmitSlots(const Napi::CallbackInfo& info);
// ioSubmitPairs(context, nr, pairs: Uint32Array of slab and slot, slab 0 for NULL | null) -> result
Napi::Value IoSubmitPairs(const Napi::CallbackInfo& info);
// ioGetevents(context, min_nr, nr, events | 0, tv_sec | NaN, tv_nsec) -> result
Napi::Value IoGetevents(const Napi::CallbackInfo& info);
// ioPgetevents(context, min_nr, nr, events | 0, tv_sec | NaN, tv_nsec, sigmask: bigint | null)
Napi::Value IoPgetevents(const Napi::CallbackInfo& info);
// ioGeteventsRing(context, nr, events) -> result
Napi::Value IoGeteventsRing(const Napi::CallbackInfo& info);
// ioCancel(context, slab | 0 for NULL, slot) -> result
Napi::Value IoCancel(const Napi::CallbackInfo& info);
// aioRing(context) -> Uint32Array of the header | null
Napi::Value AioRingHeader(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_IO_CALLS_H_
