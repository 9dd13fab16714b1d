// What typed arrays of doubles say of a read. What is no such thing the kernel is left to refuse.
#ifndef AIO_BIND_ADDON_FROM_DOUBLE_H_
#define AIO_BIND_ADDON_FROM_DOUBLE_H_

#include <cstdint>
#include <limits>

namespace aio_bind::addon {

inline constexpr double kBeyondInt64 = 0x1p63;

inline void* AddressFrom(double value) {
  const bool is_address = value >= 0 && value < kBeyondInt64;
  return reinterpret_cast<void*>(is_address ? static_cast<uint64_t>(value) : ~0UL);
}

// `least` is 0; or -1, where that is the descriptor's own position.
inline int64_t PositionFrom(double value, double least) {
  const bool is_position = value >= least && value < kBeyondInt64;
  return is_position ? static_cast<int64_t>(value) : std::numeric_limits<int64_t>::min();
}

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_FROM_DOUBLE_H_
