// A kernel AIO context and the account of what it has in flight.
//
// Owner: the environment that set it up. Thread: that environment's (SubmitThreads know only its
// number). Dies: by io_destroy, at the latest when the environment goes; either waits until the
// kernel has finished with all memory that was submitted.
#ifndef AIO_BIND_ADDON_CONTEXT_H_
#define AIO_BIND_ADDON_CONTEXT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "../kernel/abi.h"
#include "../kernel/ring.h"
#include "slab.h"

namespace aio_bind::addon {

class Context {
 public:
  // Takes over a context that io_setup(2) has just made. `serial` names it to JavaScript and is
  // never used twice, unlike the kernel's number, which is an address.
  Context(uint32_t serial, aio_context_t id);

  uint32_t serial() const { return serial_; }
  aio_context_t id() const { return id_; }
  // Set up by the parent of this process: the kernel does not know it here.
  bool inherited() const;
  kernel::Ring& ring() { return ring_; }

  // What has completed, without waiting: a count, or -errno. Accounts for it.
  long Collect(long nr, io_event* events);
  // The same, to be accounted for by Finished(), or by not telling Took() of it.
  long CollectUnaccounted(long nr, io_event* events);

  // Before a submission: Sweep(), then Expect() each slab of which there is anything in it. All
  // that the account of it needs memory for is done then, so that nothing can fail once the kernel,
  // or a submit thread, has it.
  void Sweep();
  void Expect(const std::shared_ptr<Slab>& slab);
  // The kernel (or a submit thread) now has these slots of a slab that was expected.
  void Took(const std::shared_ptr<Slab>& slab, std::span<const uint32_t> slots) noexcept;
  // These events have been collected: releases their slots, and has `obj` name the slab's own
  // iocb where a submit thread submitted its copy.
  void Finished(io_event* events, long count);
  // A submit thread's operation was withdrawn before the kernel saw it.
  void Dropped(const std::shared_ptr<Slab>& slab, uint32_t slot);
  // Nothing that was submitted is without its event having been collected.
  bool idle() const;
  // io_destroy has returned: the kernel has finished with everything.
  void FinishedAll() noexcept;

 private:
  struct Use {
    std::shared_ptr<Slab> slab;
    std::vector<uint32_t> in_flight;  // by slot; a slot may be in flight in several contexts
    uint64_t total = 0;
  };

  // Of a slab that is expected, or has something in flight.
  Use& UseOf(const std::shared_ptr<Slab>& slab) noexcept;
  // The use whose slab `obj` points into, and the slot there; null where there is none.
  std::pair<Use*, uint32_t> FindUse(uint64_t obj);
  static void Release(Use& use, uint32_t slot);

  const uint32_t serial_;
  const aio_context_t id_;
  const uint32_t fork_epoch_;
  kernel::Ring ring_;
  std::map<uintptr_t, Use> uses_;  // by the address of the slab; references stay valid
  Use* recent_ = nullptr;          // most programs have one slab a context
  size_t sweep_at_ = 8;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_CONTEXT_H_
