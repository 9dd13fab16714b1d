// How a path is looked up beside a directory's descriptor (fcntl.h, linux/fcntl.h).

/** As `dirfd`: relative paths start at the working directory. Linux 2.6.16. */
export const AT_FDCWD = -100;
/** A symbolic link at the end is not followed. Linux 2.6.16. */
export const AT_SYMLINK_NOFOLLOW = 0x100;
/** An automount point at the end is not mounted. Linux 2.6.38. */
export const AT_NO_AUTOMOUNT = 0x800;
/** An empty path means `dirfd` itself. Linux 2.6.39. */
export const AT_EMPTY_PATH = 0x1000;

/** All bits that say how fresh the answer of statx is to be. Linux 4.11. */
export const AT_STATX_SYNC_TYPE = 0x6000;
/** As fresh as stat(2) would be. Linux 4.11. */
export const AT_STATX_SYNC_AS_STAT = 0;
/** A network file system asks its server. Linux 4.11. */
export const AT_STATX_FORCE_SYNC = 0x2000;
/** A network file system answers from what it has, and does not ask its server. Linux 4.11. */
export const AT_STATX_DONT_SYNC = 0x4000;
