#ifndef AIO_BIND_ADDON_PATH_ARGUMENT_H_
#define AIO_BIND_ADDON_PATH_ARGUMENT_H_

#include <linux/limits.h>
#include <napi.h>

namespace aio_bind::addon {

// A path that JavaScript gave as a string or a Uint8Array, as the kernel takes it. It lives on the
// stack, for one system call: the kernel takes none that is longer than PATH_MAX.
class PathArgument {
 public:
  // Throws a TypeError for what is neither, or has a NUL in it, which would name another file.
  PathArgument(const Napi::CallbackInfo& info, size_t index);

  // nullptr where it is too long.
  [[nodiscard]] const char* Get() const { return length_ < PATH_MAX ? path_ : nullptr; }

 private:
  // A string that does not fit is cut before the character that does not, without a word, and would
  // name another file. A character has four bytes at most, and the terminating NUL takes one: so
  // what has been cut still has PATH_MAX bytes or more, which is too long.
  char path_[PATH_MAX + 4];
  size_t length_ = 0;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_PATH_ARGUMENT_H_
