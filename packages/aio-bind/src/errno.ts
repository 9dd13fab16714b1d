// The only place where -errno becomes an Error.
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { advice } from './advice.js';
import { checkInteger, invalidType } from './argument-errors.js';

/** The kernel's own limit (linux/err.h). */
const MAX_ERRNO = 4095;

// libuv, and so Node, does not know every errno that kernel AIO gives (EINPROGRESS, say).
const otherNames = new Map(
  Object.entries(constants.errno).map(([name, errno]) => [-errno, name] as const),
);

// Node's name for EOPNOTSUPP, which is the same number; but its text speaks of sockets.
const ENOTSUP = -constants.errno.ENOTSUP;

/** The name and meaning of a negative errno, such as an event's `res`: `['EIO', 'i/o error']`. */
function describe(errno: number): readonly [name: string, message: string] {
  if (errno === ENOTSUP) return ['ENOTSUP', 'operation not supported'];
  const known = getSystemErrorMap().get(errno);
  return known ?? [otherNames.get(errno) ?? `E${-errno}`, 'unknown error'];
}

/**
 * An Error like Node's own for a failed system call: `code` 'EAGAIN', negative `errno`, `syscall`,
 * and a message that says what to do about it where that is known.
 *
 * @param errno - negative, as the kernel returned it or as an event's `res` has it
 * @param syscall - the name of the call or operation that failed
 */
export function errnoError(errno: number, syscall: string): NodeJS.ErrnoException {
  checkInteger('errno', errno, -MAX_ERRNO, -1);
  if (typeof syscall !== 'string') throw invalidType('syscall', 'of type string', syscall);
  const [code, message] = describe(errno);
  const hint = advice(syscall, code);
  const text = `${code}: ${message}, ${syscall}${hint === undefined ? '' : `; ${hint}`}`;
  return Object.assign(new Error(text), { code, errno, syscall });
}

/** Passes a result on, or throws what a negative one means. */
export function resultOf(result: number, syscall: string): number {
  if (result < 0) {
    const error = errnoError(result, syscall);
    Error.captureStackTrace(error, resultOf);
    throw error;
  }
  return result;
}
