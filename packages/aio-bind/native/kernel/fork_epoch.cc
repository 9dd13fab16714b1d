#include "fork_epoch.h"

#include <pthread.h>

namespace aio_bind::kernel {
namespace {

// Written only in a new child, which has a single thread; hence no atomic.
uint32_t& Epoch() {
  static uint32_t epoch = 0;
  return epoch;
}

void CountChild() { ++Epoch(); }

// Registered once, when the shared object is loaded; it is linked with -z nodelete, so that the
// handler's code is still there when a fork happens after a worker has closed the addon.
[[maybe_unused]] const int kRegistered = pthread_atfork(nullptr, nullptr, CountChild);

}  // namespace

uint32_t ForkEpoch() { return Epoch(); }

}  // namespace aio_bind::kernel
