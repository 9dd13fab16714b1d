// The kernel's own ABI for asynchronous I/O, checked at compile time.
//
// Structs come from <linux/aio_abi.h>. What is newer than the headers of the machine that compiles,
// which are those of Linux 4.18 at least, is added with the values of Linux 6.18
// (include/uapi/linux/aio_abi.h, fs.h, ioprio.h), so that the addon knows it wherever it is built;
// whether the running kernel does, it says itself.
#ifndef AIO_BIND_KERNEL_ABI_H_
#define AIO_BIND_KERNEL_ABI_H_

#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

#if __has_include(<linux/time_types.h>)
#include <linux/time_types.h>
#else  // Linux 5.1; before that in <linux/time.h>, which the C library's <time.h> does not go with
namespace aio_bind {
struct __kernel_timespec {
  int64_t tv_sec;
  long long tv_nsec;
};
}  // namespace aio_bind
#endif

#if __has_include(<linux/ioprio.h>)
// The headers of Linux 6.6 and some later ones call a parameter `class`. All that this one includes
// has been included above, so that the name is changed in this one only.
#define class class_  // NOLINT(cppcoreguidelines-macro-usage)
#include <linux/ioprio.h>
#undef class
#else  // Linux 5.15
#define IOPRIO_CLASS_SHIFT 13
#define IOPRIO_CLASS_MASK 0x07
#define IOPRIO_PRIO_MASK ((1UL << IOPRIO_CLASS_SHIFT) - 1)
#define IOPRIO_NR_LEVELS 8
#define IOPRIO_BE_NR IOPRIO_NR_LEVELS
#define IOPRIO_NORM 4
#define IOPRIO_BE_NORM IOPRIO_NORM
enum {
  IOPRIO_CLASS_NONE = 0,
  IOPRIO_CLASS_RT = 1,
  IOPRIO_CLASS_BE = 2,
  IOPRIO_CLASS_IDLE = 3,
};
enum {
  IOPRIO_WHO_PROCESS = 1,
  IOPRIO_WHO_PGRP = 2,
  IOPRIO_WHO_USER = 3,
};
#endif

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND (static_cast<__kernel_rwf_t>(0x00000020))  // Linux 6.9
#endif
#ifndef RWF_ATOMIC
#define RWF_ATOMIC (static_cast<__kernel_rwf_t>(0x00000040))  // Linux 6.11
#endif
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE (static_cast<__kernel_rwf_t>(0x00000080))  // Linux 6.14
#endif
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL (static_cast<__kernel_rwf_t>(0x00000100))  // Linux 6.18
#endif

#ifndef IOPRIO_HINT_SHIFT  // Linux 6.5
#define IOPRIO_NR_CLASSES 8
#define IOPRIO_LEVEL_NR_BITS 3
#define IOPRIO_LEVEL_MASK (IOPRIO_NR_LEVELS - 1)
#define IOPRIO_HINT_SHIFT IOPRIO_LEVEL_NR_BITS
#define IOPRIO_HINT_NR_BITS 10
#define IOPRIO_NR_HINTS (1 << IOPRIO_HINT_NR_BITS)
#define IOPRIO_HINT_MASK (IOPRIO_NR_HINTS - 1)
enum {
  IOPRIO_CLASS_INVALID = 7,
  IOPRIO_HINT_NONE = 0,
  IOPRIO_HINT_DEV_DURATION_LIMIT_1 = 1,
  IOPRIO_HINT_DEV_DURATION_LIMIT_2 = 2,
  IOPRIO_HINT_DEV_DURATION_LIMIT_3 = 3,
  IOPRIO_HINT_DEV_DURATION_LIMIT_4 = 4,
  IOPRIO_HINT_DEV_DURATION_LIMIT_5 = 5,
  IOPRIO_HINT_DEV_DURATION_LIMIT_6 = 6,
  IOPRIO_HINT_DEV_DURATION_LIMIT_7 = 7,
};
#endif

namespace aio_bind {

// Linux 4.19. There is no telling whether the headers have it, since it is no macro and vendors add
// it to older ones; in this namespace it stands before theirs.
enum { IOCB_CMD_POLL = 5 };

}  // namespace aio_bind

namespace aio_bind::kernel {

// The head of the ring that io_setup(2) maps into the process (struct aio_ring in fs/aio.c; no
// uapi header has it, but libaio, fio and QEMU have relied on it since 2.6).
struct AioRing {
  uint32_t id;
  uint32_t nr;    // number of io_event slots
  uint32_t head;  // moved by the consumer: this process, or the kernel inside io_getevents(2)
  uint32_t tail;  // moved by the kernel
  uint32_t magic;
  uint32_t compat_features;
  uint32_t incompat_features;
  uint32_t header_length;
};

inline constexpr uint32_t kAioRingMagic = 0xa10a10a1;
inline constexpr uint32_t kAioRingIncompatFeatures = 0;

// struct __aio_sigset in fs/aio.c: what the last argument of io_pgetevents(2) points to.
struct AioSigset {
  const uint64_t* sigmask;
  size_t sigsetsize;
};

inline constexpr size_t kKernelSigsetSize = 8;  // _NSIG / 8, the only size the kernel takes

static_assert(sizeof(long) == 8, "aio-bind supports 64-bit Linux only");

static_assert(sizeof(iocb) == 64);
static_assert(offsetof(iocb, aio_data) == 0);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static_assert(offsetof(iocb, aio_key) == 8);
static_assert(offsetof(iocb, aio_rw_flags) == 12);
#else
static_assert(offsetof(iocb, aio_rw_flags) == 8);
static_assert(offsetof(iocb, aio_key) == 12);
#endif
static_assert(offsetof(iocb, aio_lio_opcode) == 16);
static_assert(offsetof(iocb, aio_reqprio) == 18);
static_assert(offsetof(iocb, aio_fildes) == 20);
static_assert(offsetof(iocb, aio_buf) == 24);
static_assert(offsetof(iocb, aio_nbytes) == 32);
static_assert(offsetof(iocb, aio_offset) == 40);
static_assert(offsetof(iocb, aio_reserved2) == 48);
static_assert(offsetof(iocb, aio_flags) == 56);
static_assert(offsetof(iocb, aio_resfd) == 60);

static_assert(sizeof(io_event) == 32);
static_assert(offsetof(io_event, data) == 0);
static_assert(offsetof(io_event, obj) == 8);
static_assert(offsetof(io_event, res) == 16);
static_assert(offsetof(io_event, res2) == 24);

static_assert(sizeof(iovec) == 16);
static_assert(offsetof(iovec, iov_base) == 0);
static_assert(offsetof(iovec, iov_len) == 8);

static_assert(sizeof(__kernel_timespec) == 16);
static_assert(offsetof(__kernel_timespec, tv_sec) == 0);
static_assert(offsetof(__kernel_timespec, tv_nsec) == 8);

static_assert(sizeof(AioRing) == 32);
static_assert(offsetof(AioRing, id) == 0);
static_assert(offsetof(AioRing, nr) == 4);
static_assert(offsetof(AioRing, head) == 8);
static_assert(offsetof(AioRing, tail) == 12);
static_assert(offsetof(AioRing, magic) == 16);
static_assert(offsetof(AioRing, compat_features) == 20);
static_assert(offsetof(AioRing, incompat_features) == 24);
static_assert(offsetof(AioRing, header_length) == 28);

static_assert(sizeof(AioSigset) == 16);

static_assert(RWF_NOAPPEND == 0x20 && RWF_ATOMIC == 0x40 && RWF_DONTCACHE == 0x80 &&
              RWF_NOSIGNAL == 0x100);

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_ABI_H_
