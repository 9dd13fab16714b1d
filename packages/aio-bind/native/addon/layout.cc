#include "layout.h"

#include <poll.h>
#include <unistd.h>

#include <initializer_list>
#include <utility>

#include "../kernel/abi.h"
#include "../kernel/files_abi.h"

// Named after the kernel's field, so that neither can be misspelt.
#define FIELD(type, field) {#field, offsetof(type, field)}
#define CONSTANT(name) {#name, static_cast<double>(name)}

namespace aio_bind::addon {
namespace {

Napi::Object Struct(Napi::Env env, size_t size,
                    std::initializer_list<std::pair<const char*, size_t>> fields) {
  Napi::Object layout = Napi::Object::New(env);
  layout["size"] = static_cast<double>(size);
  for (const auto& [name, offset] : fields) layout[name] = static_cast<double>(offset);
  layout.Freeze();
  return layout;
}

}  // namespace

Napi::Object Layout(Napi::Env env) {
  using kernel::AioRing;
  using kernel::StatxBuf;
  using kernel::StatxTimestamp;
  Napi::Object layout = Napi::Object::New(env);
  layout["iocb"] =
      Struct(env, sizeof(iocb),
             {FIELD(iocb, aio_data), FIELD(iocb, aio_key), FIELD(iocb, aio_rw_flags),
              FIELD(iocb, aio_lio_opcode), FIELD(iocb, aio_reqprio), FIELD(iocb, aio_fildes),
              FIELD(iocb, aio_buf), FIELD(iocb, aio_nbytes), FIELD(iocb, aio_offset),
              FIELD(iocb, aio_reserved2), FIELD(iocb, aio_flags), FIELD(iocb, aio_resfd)});
  layout["io_event"] = Struct(
      env, sizeof(io_event),
      {FIELD(io_event, data), FIELD(io_event, obj), FIELD(io_event, res), FIELD(io_event, res2)});
  layout["iovec"] = Struct(env, sizeof(iovec), {FIELD(iovec, iov_base), FIELD(iovec, iov_len)});
  layout["timespec"] =
      Struct(env, sizeof(__kernel_timespec),
             {FIELD(__kernel_timespec, tv_sec), FIELD(__kernel_timespec, tv_nsec)});
  layout["aio_ring"] =
      Struct(env, sizeof(AioRing),
             {FIELD(AioRing, id), FIELD(AioRing, nr), FIELD(AioRing, head), FIELD(AioRing, tail),
              FIELD(AioRing, magic), FIELD(AioRing, compat_features),
              FIELD(AioRing, incompat_features), FIELD(AioRing, header_length)});
  layout["statx_timestamp"] = Struct(
      env, sizeof(StatxTimestamp), {FIELD(StatxTimestamp, tv_sec), FIELD(StatxTimestamp, tv_nsec)});
  layout["statx"] = Struct(env, sizeof(StatxBuf),
                           {FIELD(StatxBuf, stx_mask),
                            FIELD(StatxBuf, stx_blksize),
                            FIELD(StatxBuf, stx_attributes),
                            FIELD(StatxBuf, stx_nlink),
                            FIELD(StatxBuf, stx_uid),
                            FIELD(StatxBuf, stx_gid),
                            FIELD(StatxBuf, stx_mode),
                            FIELD(StatxBuf, stx_ino),
                            FIELD(StatxBuf, stx_size),
                            FIELD(StatxBuf, stx_blocks),
                            FIELD(StatxBuf, stx_attributes_mask),
                            FIELD(StatxBuf, stx_atime),
                            FIELD(StatxBuf, stx_btime),
                            FIELD(StatxBuf, stx_ctime),
                            FIELD(StatxBuf, stx_mtime),
                            FIELD(StatxBuf, stx_rdev_major),
                            FIELD(StatxBuf, stx_rdev_minor),
                            FIELD(StatxBuf, stx_dev_major),
                            FIELD(StatxBuf, stx_dev_minor),
                            FIELD(StatxBuf, stx_mnt_id),
                            FIELD(StatxBuf, stx_dio_mem_align),
                            FIELD(StatxBuf, stx_dio_offset_align),
                            FIELD(StatxBuf, stx_subvol),
                            FIELD(StatxBuf, stx_atomic_write_unit_min),
                            FIELD(StatxBuf, stx_atomic_write_unit_max),
                            FIELD(StatxBuf, stx_atomic_write_segments_max),
                            FIELD(StatxBuf, stx_dio_read_offset_align),
                            FIELD(StatxBuf, stx_atomic_write_unit_max_opt)});
  layout.Freeze();
  return layout;
}

Napi::Object Constants(Napi::Env env) {
  // IOCB_CMD_* and IOCB_FLAG_*: aio_abi.h. RWF_*: fs.h. IOPRIO_*: ioprio.h. POLL*: poll.h.
  // SEEK_*: unistd.h. O_*, AT_*: fcntl.h. RESOLVE_*: openat2.h. STATX_*: stat.h.
  constexpr std::pair<const char*, double> kConstants[] = {
      CONSTANT(IOCB_CMD_PREAD),
      CONSTANT(IOCB_CMD_PWRITE),
      CONSTANT(IOCB_CMD_FSYNC),
      CONSTANT(IOCB_CMD_FDSYNC),
      CONSTANT(IOCB_CMD_POLL),
      CONSTANT(IOCB_CMD_NOOP),
      CONSTANT(IOCB_CMD_PREADV),
      CONSTANT(IOCB_CMD_PWRITEV),
      CONSTANT(IOCB_FLAG_RESFD),
      CONSTANT(IOCB_FLAG_IOPRIO),
      CONSTANT(RWF_HIPRI),
      CONSTANT(RWF_DSYNC),
      CONSTANT(RWF_SYNC),
      CONSTANT(RWF_NOWAIT),
      CONSTANT(RWF_APPEND),
      CONSTANT(RWF_NOAPPEND),
      CONSTANT(RWF_ATOMIC),
      CONSTANT(RWF_DONTCACHE),
      CONSTANT(RWF_NOSIGNAL),
      CONSTANT(IOPRIO_CLASS_NONE),
      CONSTANT(IOPRIO_CLASS_RT),
      CONSTANT(IOPRIO_CLASS_BE),
      CONSTANT(IOPRIO_CLASS_IDLE),
      CONSTANT(IOPRIO_CLASS_INVALID),
      CONSTANT(IOPRIO_CLASS_SHIFT),
      CONSTANT(IOPRIO_CLASS_MASK),
      CONSTANT(IOPRIO_PRIO_MASK),
      CONSTANT(IOPRIO_NR_CLASSES),
      CONSTANT(IOPRIO_NR_LEVELS),
      CONSTANT(IOPRIO_BE_NR),
      CONSTANT(IOPRIO_NORM),
      CONSTANT(IOPRIO_BE_NORM),
      CONSTANT(IOPRIO_LEVEL_NR_BITS),
      CONSTANT(IOPRIO_LEVEL_MASK),
      CONSTANT(IOPRIO_HINT_SHIFT),
      CONSTANT(IOPRIO_HINT_NR_BITS),
      CONSTANT(IOPRIO_NR_HINTS),
      CONSTANT(IOPRIO_HINT_MASK),
      CONSTANT(IOPRIO_HINT_NONE),
      CONSTANT(IOPRIO_HINT_DEV_DURATION_LIMIT_1),
      CONSTANT(IOPRIO_HINT_DEV_DURATION_LIMIT_2),
      CONSTANT(IOPRIO_HINT_DEV_DURATION_LIMIT_3),
      CONSTANT(IOPRIO_HINT_DEV_DURATION_LIMIT_4),
      CONSTANT(IOPRIO_HINT_DEV_DURATION_LIMIT_5),
      CONSTANT(IOPRIO_HINT_DEV_DURATION_LIMIT_6),
      CONSTANT(IOPRIO_HINT_DEV_DURATION_LIMIT_7),
      CONSTANT(IOPRIO_WHO_PROCESS),
      CONSTANT(IOPRIO_WHO_PGRP),
      CONSTANT(IOPRIO_WHO_USER),
      CONSTANT(POLLIN),
      CONSTANT(POLLPRI),
      CONSTANT(POLLOUT),
      CONSTANT(POLLERR),
      CONSTANT(POLLHUP),
      CONSTANT(POLLNVAL),
      CONSTANT(POLLRDNORM),
      CONSTANT(POLLRDBAND),
      CONSTANT(POLLWRNORM),
      CONSTANT(POLLWRBAND),
      CONSTANT(POLLMSG),
      CONSTANT(POLLRDHUP),
      CONSTANT(SEEK_SET),
      CONSTANT(SEEK_CUR),
      CONSTANT(SEEK_END),
      CONSTANT(O_PATH),
      CONSTANT(O_CLOEXEC),
      CONSTANT(AT_FDCWD),
      CONSTANT(AT_SYMLINK_NOFOLLOW),
      CONSTANT(AT_NO_AUTOMOUNT),
      CONSTANT(AT_EMPTY_PATH),
      CONSTANT(AT_STATX_SYNC_TYPE),
      CONSTANT(AT_STATX_SYNC_AS_STAT),
      CONSTANT(AT_STATX_FORCE_SYNC),
      CONSTANT(AT_STATX_DONT_SYNC),
      CONSTANT(RESOLVE_NO_XDEV),
      CONSTANT(RESOLVE_NO_MAGICLINKS),
      CONSTANT(RESOLVE_NO_SYMLINKS),
      CONSTANT(RESOLVE_BENEATH),
      CONSTANT(RESOLVE_IN_ROOT),
      CONSTANT(RESOLVE_CACHED),
      CONSTANT(STATX_TYPE),
      CONSTANT(STATX_MODE),
      CONSTANT(STATX_NLINK),
      CONSTANT(STATX_UID),
      CONSTANT(STATX_GID),
      CONSTANT(STATX_ATIME),
      CONSTANT(STATX_MTIME),
      CONSTANT(STATX_CTIME),
      CONSTANT(STATX_INO),
      CONSTANT(STATX_SIZE),
      CONSTANT(STATX_BLOCKS),
      CONSTANT(STATX_BASIC_STATS),
      CONSTANT(STATX_BTIME),
      CONSTANT(STATX_MNT_ID),
      CONSTANT(STATX_DIOALIGN),
      CONSTANT(STATX_MNT_ID_UNIQUE),
      CONSTANT(STATX_SUBVOL),
      CONSTANT(STATX_WRITE_ATOMIC),
      CONSTANT(STATX_DIO_READ_ALIGN),
      CONSTANT(STATX_ATTR_COMPRESSED),
      CONSTANT(STATX_ATTR_IMMUTABLE),
      CONSTANT(STATX_ATTR_APPEND),
      CONSTANT(STATX_ATTR_NODUMP),
      CONSTANT(STATX_ATTR_ENCRYPTED),
      CONSTANT(STATX_ATTR_AUTOMOUNT),
      CONSTANT(STATX_ATTR_MOUNT_ROOT),
      CONSTANT(STATX_ATTR_VERITY),
      CONSTANT(STATX_ATTR_DAX),
      CONSTANT(STATX_ATTR_WRITE_ATOMIC),
  };
  Napi::Object constants = Napi::Object::New(env);
  for (const auto& [name, value] : kConstants) constants[name] = value;
  constants.Freeze();
  return constants;
}

}  // namespace aio_bind::addon
