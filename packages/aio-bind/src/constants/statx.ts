// What statx is asked for, and what it has answered: its `mask` and `stx_mask` (linux/stat.h).

/** The type in `stx_mode`. Linux 4.11. */
export const STATX_TYPE = 0x1;
/** The permissions in `stx_mode`. Linux 4.11. */
export const STATX_MODE = 0x2;
/** `stx_nlink`. Linux 4.11. */
export const STATX_NLINK = 0x4;
/** `stx_uid`. Linux 4.11. */
export const STATX_UID = 0x8;
/** `stx_gid`. Linux 4.11. */
export const STATX_GID = 0x10;
/** `stx_atime`. Linux 4.11. */
export const STATX_ATIME = 0x20;
/** `stx_mtime`. Linux 4.11. */
export const STATX_MTIME = 0x40;
/** `stx_ctime`. Linux 4.11. */
export const STATX_CTIME = 0x80;
/** `stx_ino`. Linux 4.11. */
export const STATX_INO = 0x100;
/** `stx_size`. Linux 4.11. */
export const STATX_SIZE = 0x200;
/** `stx_blocks`. Linux 4.11. */
export const STATX_BLOCKS = 0x400;
/** All of the above: what stat(2) answers. Linux 4.11. */
export const STATX_BASIC_STATS = 0x7ff;
/** `stx_btime`. Linux 4.11. */
export const STATX_BTIME = 0x800;
/** `stx_mnt_id`, a number that may be used again after an unmount. Linux 5.8. */
export const STATX_MNT_ID = 0x1000;
/** `stx_dio_mem_align` and `stx_dio_offset_align`. Linux 6.1. */
export const STATX_DIOALIGN = 0x2000;
/** `stx_mnt_id`, a number that is used once. Linux 6.8. */
export const STATX_MNT_ID_UNIQUE = 0x4000;
/** `stx_subvol`. Linux 6.10. */
export const STATX_SUBVOL = 0x8000;
/** `stx_atomic_write_*`. Linux 6.11. */
export const STATX_WRITE_ATOMIC = 0x10000;
/** `stx_dio_read_offset_align`. Linux 6.14. */
export const STATX_DIO_READ_ALIGN = 0x20000;

// Bits of `stx_attributes` and `stx_attributes_mask`.

/** The file system compresses the file. Linux 4.11. */
export const STATX_ATTR_COMPRESSED = 0x4;
/** The file cannot be changed, removed, renamed or linked to. Linux 4.11. */
export const STATX_ATTR_IMMUTABLE = 0x10;
/** The file can be appended to only. Linux 4.11. */
export const STATX_ATTR_APPEND = 0x20;
/** The file is left out of dump(8). Linux 4.11. */
export const STATX_ATTR_NODUMP = 0x40;
/** The file needs a key to be read. Linux 4.11. */
export const STATX_ATTR_ENCRYPTED = 0x800;
/** A directory at which something is mounted when it is entered. Linux 4.11. */
export const STATX_ATTR_AUTOMOUNT = 0x1000;
/** The root of a mount. Linux 5.8. */
export const STATX_ATTR_MOUNT_ROOT = 0x2000;
/** The file is protected by fs-verity. Linux 5.5. */
export const STATX_ATTR_VERITY = 0x100000;
/** The file's memory is the device's own. Linux 5.8. */
export const STATX_ATTR_DAX = 0x200000;
/** The file can be written with RWF_ATOMIC. Linux 6.11. */
export const STATX_ATTR_WRITE_ATOMIC = 0x400000;
