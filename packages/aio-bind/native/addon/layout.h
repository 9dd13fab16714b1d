// What only the compiler knows: where the fields of the kernel's structs are, and what its
// constants are. TypeScript takes offsets from here, and a test compares its constants.
#ifndef AIO_BIND_ADDON_LAYOUT_H_
#define AIO_BIND_ADDON_LAYOUT_H_

#include <napi.h>

namespace aio_bind::addon {

// { iocb: { size, aio_data, ... }, io_event, iovec, timespec, aio_ring, statx_timestamp, statx }
Napi::Object Layout(Napi::Env env);
// { IOCB_CMD_PREAD: 0, ... }
Napi::Object Constants(Napi::Env env);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_LAYOUT_H_
