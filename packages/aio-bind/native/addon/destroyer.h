// io_destroy(2) on a thread of Node's pool, for a context that has nothing in flight: what is left
// of it then is the kernel's grace period, some 30 ms.
#ifndef AIO_BIND_ADDON_DESTROYER_H_
#define AIO_BIND_ADDON_DESTROYER_H_

#include <napi.h>

namespace aio_bind::addon {

// ioDestroyLater(context, done: (result) => void) -> 0, and `done` is called later; or -EINVAL, or
// -EBUSY where anything is in flight
Napi::Value IoDestroyLater(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_DESTROYER_H_
