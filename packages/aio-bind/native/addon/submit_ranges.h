// Prepares, submits and collects many transfers in one call.
#ifndef AIO_BIND_ADDON_SUBMIT_RANGES_H_
#define AIO_BIND_ADDON_SUBMIT_RANGES_H_

#include <napi.h>

namespace aio_bind::addon {

// ioSubmitRanges(context, nr, slab, ranges, events, perCall) -> count or -errno
Napi::Value IoSubmitRanges(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_SUBMIT_RANGES_H_
