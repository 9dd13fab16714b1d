// How a single read or write is to be done: `aio_rw_flags` (linux/fs.h, preadv2(2)). A flag that
// the kernel or the file system does not know gives EOPNOTSUPP (ENOTSUP in Node).

/** High priority, by polling the device where it can. Accepted and ignored by kernel AIO. Linux 4.13. */
export const RWF_HIPRI = 0x0000_0001;
/** As if the file had been opened with O_DSYNC. Linux 4.13. */
export const RWF_DSYNC = 0x0000_0002;
/** As if the file had been opened with O_SYNC. Linux 4.13. */
export const RWF_SYNC = 0x0000_0004;
/** Give EAGAIN, or less than was asked for, rather than block. Linux 4.14. */
export const RWF_NOWAIT = 0x0000_0008;
/** Write at the end of the file, whatever the offset. Linux 4.16. */
export const RWF_APPEND = 0x0000_0010;
/** Write at the offset, though the file was opened with O_APPEND. Linux 6.9. */
export const RWF_NOAPPEND = 0x0000_0020;
/** Write all of it or nothing, whatever happens; direct I/O where the device can. Linux 6.11. */
export const RWF_ATOMIC = 0x0000_0040;
/** Buffered, but dropped from the page cache once done. Linux 6.14. */
export const RWF_DONTCACHE = 0x0000_0080;
/** No SIGPIPE for a write to a pipe or socket that nobody reads. Linux 6.18. */
export const RWF_NOSIGNAL = 0x0000_0100;
/** All of the above. */
export const RWF_SUPPORTED = 0x0000_01ff;
