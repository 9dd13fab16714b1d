// What an ArrayBuffer has of the memory under it: the data of its finalizer.
#ifndef AIO_BIND_ADDON_SHARE_H_
#define AIO_BIND_ADDON_SHARE_H_

#include <memory>

namespace aio_bind::addon {

class Environment;
class Memory;

struct Share {
  std::shared_ptr<Memory> memory;
  std::shared_ptr<Environment> environment;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_SHARE_H_
