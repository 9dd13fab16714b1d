// The kernel's ABI for opening files and asking about them: structs as Linux 6.18 has them, checked
// at compile time. What is newer than the headers of the machine that compiles is added with the
// values of include/uapi/linux/stat.h, openat2.h and fcntl.h.
#ifndef AIO_BIND_KERNEL_FILES_ABI_H_
#define AIO_BIND_KERNEL_FILES_ABI_H_

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#else  // Linux 5.6
#define RESOLVE_NO_XDEV 0x01
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS 0x04
#define RESOLVE_BENEATH 0x08
#define RESOLVE_IN_ROOT 0x10
#endif
#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20  // Linux 5.12
#endif

// The same number on every architecture, as of all system calls since 5.0 but for Alpha.
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

#ifndef AT_STATX_SYNC_TYPE
#define AT_STATX_SYNC_TYPE 0x6000
#define AT_STATX_SYNC_AS_STAT 0x0000
#define AT_STATX_FORCE_SYNC 0x2000
#define AT_STATX_DONT_SYNC 0x4000
#endif

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U  // Linux 5.8
#endif
#ifndef STATX_DIOALIGN
#define STATX_DIOALIGN 0x00002000U  // Linux 6.1
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x00004000U  // Linux 6.8
#endif
#ifndef STATX_SUBVOL
#define STATX_SUBVOL 0x00008000U  // Linux 6.10
#endif
#ifndef STATX_WRITE_ATOMIC
#define STATX_WRITE_ATOMIC 0x00010000U  // Linux 6.11
#endif
#ifndef STATX_DIO_READ_ALIGN
#define STATX_DIO_READ_ALIGN 0x00020000U  // Linux 6.14
#endif

#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x00002000  // Linux 5.8
#endif
#ifndef STATX_ATTR_VERITY
#define STATX_ATTR_VERITY 0x00100000  // Linux 5.5
#endif
#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x00200000  // Linux 5.8
#endif
#ifndef STATX_ATTR_WRITE_ATOMIC
#define STATX_ATTR_WRITE_ATOMIC 0x00400000  // Linux 6.11
#endif

namespace aio_bind::kernel {

// struct open_how (linux/openat2.h).
struct OpenHow {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

// struct statx_timestamp (linux/stat.h).
struct StatxTimestamp {
  int64_t tv_sec;
  uint32_t tv_nsec;
  int32_t reserved;
};

// struct statx (linux/stat.h) with all fields of Linux 6.18: older headers call the last of them
// spare, and older kernels leave them 0.
struct StatxBuf {
  uint32_t stx_mask;
  uint32_t stx_blksize;
  uint64_t stx_attributes;
  uint32_t stx_nlink;
  uint32_t stx_uid;
  uint32_t stx_gid;
  uint16_t stx_mode;
  uint16_t spare0;
  uint64_t stx_ino;
  uint64_t stx_size;
  uint64_t stx_blocks;
  uint64_t stx_attributes_mask;
  StatxTimestamp stx_atime;
  StatxTimestamp stx_btime;
  StatxTimestamp stx_ctime;
  StatxTimestamp stx_mtime;
  uint32_t stx_rdev_major;
  uint32_t stx_rdev_minor;
  uint32_t stx_dev_major;
  uint32_t stx_dev_minor;
  uint64_t stx_mnt_id;
  uint32_t stx_dio_mem_align;
  uint32_t stx_dio_offset_align;
  uint64_t stx_subvol;
  uint32_t stx_atomic_write_unit_min;
  uint32_t stx_atomic_write_unit_max;
  uint32_t stx_atomic_write_segments_max;
  uint32_t stx_dio_read_offset_align;
  uint32_t stx_atomic_write_unit_max_opt;
  uint32_t spare2;
  uint64_t spare3[8];
};

static_assert(sizeof(OpenHow) == 24);

static_assert(sizeof(StatxTimestamp) == sizeof(struct statx_timestamp));
static_assert(offsetof(StatxTimestamp, tv_nsec) == offsetof(struct statx_timestamp, tv_nsec));

static_assert(sizeof(StatxBuf) == 256 && sizeof(StatxBuf) == sizeof(struct statx));
static_assert(offsetof(StatxBuf, stx_attributes) == offsetof(struct statx, stx_attributes));
static_assert(offsetof(StatxBuf, stx_nlink) == offsetof(struct statx, stx_nlink));
static_assert(offsetof(StatxBuf, stx_mode) == offsetof(struct statx, stx_mode));
static_assert(offsetof(StatxBuf, stx_ino) == offsetof(struct statx, stx_ino));
static_assert(offsetof(StatxBuf, stx_size) == offsetof(struct statx, stx_size));
static_assert(offsetof(StatxBuf, stx_attributes_mask) ==
              offsetof(struct statx, stx_attributes_mask));
static_assert(offsetof(StatxBuf, stx_atime) == offsetof(struct statx, stx_atime));
static_assert(offsetof(StatxBuf, stx_mtime) == offsetof(struct statx, stx_mtime));
static_assert(offsetof(StatxBuf, stx_rdev_major) == offsetof(struct statx, stx_rdev_major));
static_assert(offsetof(StatxBuf, stx_dev_minor) == offsetof(struct statx, stx_dev_minor));
static_assert(offsetof(StatxBuf, stx_mnt_id) == 0x90);
static_assert(offsetof(StatxBuf, stx_dio_mem_align) == 0x98);
static_assert(offsetof(StatxBuf, stx_subvol) == 0xa0);
static_assert(offsetof(StatxBuf, stx_atomic_write_unit_min) == 0xa8);
static_assert(offsetof(StatxBuf, stx_atomic_write_segments_max) == 0xb0);
static_assert(offsetof(StatxBuf, stx_dio_read_offset_align) == 0xb4);
static_assert(offsetof(StatxBuf, stx_atomic_write_unit_max_opt) == 0xb8);
static_assert(offsetof(StatxBuf, spare3) == 0xc0);

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_FILES_ABI_H_
