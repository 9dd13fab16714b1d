// Collects completions from the ring that io_setup(2) maps into the process, without a system
// call.
//
// Owner: whoever owns the context. Thread: one consumer at a time; the kernel is the producer.
// Dies: before io_destroy(2), which unmaps the memory.
#ifndef AIO_BIND_KERNEL_RING_H_
#define AIO_BIND_KERNEL_RING_H_

#include "abi.h"

namespace aio_bind::kernel {

class Ring {
 public:
  Ring() = default;

  // Looks at the memory behind `ctx_id` and keeps it from children of fork(2). The result is
  // not `usable()` where that memory is no ring that we understand (gVisor maps an empty page).
  static Ring Attach(aio_context_t ctx_id);

  bool usable() const { return ring_ != nullptr; }

  // Moves up to `nr` events to `events` and returns how many. Only while usable().
  long Reap(long nr, io_event* events);

  // The header as it is now. Only while usable().
  AioRing Header() const;

 private:
  explicit Ring(AioRing* ring) : ring_(ring) {}

  AioRing* ring_ = nullptr;
};

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_RING_H_
