// Calls on files that kernel AIO does not have, as JavaScript makes them (see kernel/files.h).
#ifndef AIO_BIND_ADDON_FILE_CALLS_H_
#define AIO_BIND_ADDON_FILE_CALLS_H_

#include <napi.h>

namespace aio_bind::addon {

// lseek(fd, offset, whence) -> position | -errno
Napi::Value Lseek(const Napi::CallbackInfo& info);
// openat2(dirfd, pathname, flags, mode, resolve, owned) -> descriptor, which the environment owns
// if `owned` | -errno
Napi::Value Openat2(const Napi::CallbackInfo& info);
// statx(dirfd, pathname, flags, mask, statxbuf: Uint32Array) -> 0 | -errno
Napi::Value Statx(const Napi::CallbackInfo& info);
// preadv2(fd, address, count, offset, flags) -> count | -errno
Napi::Value Preadv2(const Napi::CallbackInfo& info);
// close(fd), owned or not -> 0 | -errno
Napi::Value Close(const Napi::CallbackInfo& info);
// readCached(pathname, buffer: Uint8Array, devices: Uint32Array of majors and minors) -> count |
// -errno
Napi::Value ReadCached(const Napi::CallbackInfo& info);
// readCachedOnMount(pathname, buffer: Uint8Array, opened: Int32Array, whose first is set, to a
// descriptor that the environment owns or to -1) -> count | -errno
Napi::Value ReadCachedOnMount(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_FILE_CALLS_H_
