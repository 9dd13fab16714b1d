// Transfers in columns: of which file, where each begins, there and in memory, and what came of it.
//
// Owner: the JavaScript IoRangeArray, through the environment's registry. Thread: its
// environment's; the kernel sees none of it, only the iocbs that are filled from it.
#ifndef AIO_BIND_ADDON_RANGE_ARRAY_H_
#define AIO_BIND_ADDON_RANGE_ARRAY_H_

#include <napi.h>

#include <cstdint>
#include <limits>
#include <memory>

#include "../kernel/abi.h"
#include "memory.h"

namespace aio_bind::addon {

class RangeArray {
 public:
  // What a range has for a result as long as there is none.
  static constexpr int32_t kPending = std::numeric_limits<int32_t>::min();

  // What io_submit_ranges found, beside how many the kernel took.
  struct Found {
    uint32_t ended;   // ranges whose event was collected
    uint32_t whole;   // of these, transferred in full
    uint32_t events;  // events of others, which were collected with them
  };

  // What all ranges have in common: here, since an argument of a call takes longer.
  struct Command {
    uint32_t opcode;
    uint32_t rw_flags;
    uint32_t tag;  // the high half of aio_data; the slot is the low one
  };

  RangeArray(Napi::Env env, uint32_t length);

  uint32_t length() const { return length_; }
  // Columns, the widest first.
  double* offset() const { return memory_->As<double>(); }
  double* buf() const { return offset() + length_; }
  uint32_t* nbytes() const { return reinterpret_cast<uint32_t*>(buf() + length_); }
  uint32_t* slot() const { return nbytes() + length_; }
  int32_t* fildes() const { return reinterpret_cast<int32_t*>(slot() + length_); }
  int32_t* res() const { return fildes() + length_; }
  Found* found() const { return reinterpret_cast<Found*>(res() + length_); }
  Command* command() const { return reinterpret_cast<Command*>(found() + 1); }

  Napi::ArrayBuffer Expose(Napi::Env env) const;

 private:
  size_t size() const;

  const uint32_t length_;
  std::shared_ptr<Memory> memory_;
};

// createRangeArray(js, length) -> { id, ranges }
Napi::Value CreateRangeArray(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_RANGE_ARRAY_H_
