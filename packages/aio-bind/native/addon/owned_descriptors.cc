#include "owned_descriptors.h"

#include <utility>

#include "../kernel/files.h"

namespace aio_bind::addon {

void OwnedDescriptors::Add(int fd) {
  try {
    open_.insert(fd);
  } catch (...) {
    kernel::Close(fd);
    throw;
  }
}

int OwnedDescriptors::Close(int fd) {
  // Whatever close(2) says: the number is free then, or was already.
  open_.erase(fd);
  return kernel::Close(fd);
}

void OwnedDescriptors::CloseAll() {
  for (const int fd : std::exchange(open_, {})) kernel::Close(fd);
}

}  // namespace aio_bind::addon
