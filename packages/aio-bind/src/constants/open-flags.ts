// Flags of open(2) that Node's `fs.constants` lacks (fcntl.h).

/** The new descriptor is closed by execve(2): programs that are started do not inherit it. Linux 2.6.23. */
export const O_CLOEXEC = 0x80000;
/** Names a file without opening it: nothing but statx, fstat and close works on it. Linux 2.6.39. */
export const O_PATH = 0x200000;
