// What a poll waits for, and what it reports: 16 bits (poll(2), asm-generic/poll.h).

/** There is something to read. */
export const POLLIN = 0x0001;
/** There is something urgent to read. */
export const POLLPRI = 0x0002;
/** Writing will not block. */
export const POLLOUT = 0x0004;
/** An error, or a pipe that nobody reads; reported unasked. */
export const POLLERR = 0x0008;
/** The other side has hung up; reported unasked. */
export const POLLHUP = 0x0010;
/** The descriptor is not open; reported unasked. */
export const POLLNVAL = 0x0020;
/** Normal data can be read. */
export const POLLRDNORM = 0x0040;
/** Priority data can be read. */
export const POLLRDBAND = 0x0080;
/** Normal data can be written. */
export const POLLWRNORM = 0x0100;
/** Priority data can be written. */
export const POLLWRBAND = 0x0200;
/** Unused by Linux. */
export const POLLMSG = 0x0400;
/** The other side has shut down writing. */
export const POLLRDHUP = 0x2000;
