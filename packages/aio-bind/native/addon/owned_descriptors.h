// Descriptors that are closed with their environment where JavaScript has not come to it: it may be
// terminated between any two of its steps.
//
// Owner: an Environment. Thread: that environment's. A descriptor is only a number, which the
// kernel gives anew once it is closed: so it leaves here before it is closed, and whoever closes
// one that is here by other means has somebody else's closed in the end.
#ifndef AIO_BIND_ADDON_OWNED_DESCRIPTORS_H_
#define AIO_BIND_ADDON_OWNED_DESCRIPTORS_H_

#include <unordered_set>

namespace aio_bind::addon {

class OwnedDescriptors {
 public:
  // Takes one over that has just been opened. Closes it where there is no memory to note it, and
  // throws.
  void Add(int fd);
  // close(2), be it one of these or not: 0 or -errno.
  int Close(int fd);
  void CloseAll();

 private:
  std::unordered_set<int> open_;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_OWNED_DESCRIPTORS_H_
