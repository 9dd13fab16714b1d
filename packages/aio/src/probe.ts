import { aio_context_t, aio_limits, io_setup } from 'aio-bind';
import { LEAST_DEPTH, existingEngine } from './engine/shared-engine.js';

/** Whether kernel AIO can be used, and if not, why. */
export type Probe =
  | { readonly usable: true }
  | {
      readonly usable: false;
      /**
       * 'ENOSYS': the kernel or sandbox has none; 'EPERM': a seccomp profile forbids it; 'EAGAIN': too
       * little of the machine's aio-max-nr is left; 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM': this is not
       * Linux, or the addon could not be loaded.
       */
      readonly code: string;
      /** The same in a sentence, with what to do about it. */
      readonly reason: string;
      readonly cause: unknown;
    };

/**
 * Finds out whether kernel AIO is usable in this process, now. It makes no context and never throws. A thread that has
 * opened files by it goes on doing so, however little of aio-max-nr is left.
 *
 * @see io_setup(2)
 */
export function probe(): Probe {
  if (existingEngine() !== null) return { usable: true };
  try {
    // A context for no events is refused with EINVAL by every kernel that has AIO, and costs nothing
    // (a real one would take 30 ms to destroy).
    io_setup(0, new aio_context_t());
  } catch (error) {
    const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL') return { usable: false, code, reason: message, cause: error };
  }
  return probeLimit();
}

function probeLimit(): Probe {
  try {
    const { aio_nr, aio_max_nr } = aio_limits();
    const left = aio_max_nr - aio_nr;
    if (left >= LEAST_DEPTH) return { usable: true };
    const reason =
      `${Math.max(left, 0)} of the ${aio_max_nr} events of aio-max-nr are left on this machine, ` +
      `and ${LEAST_DEPTH} are wanted; ` +
      'raise it: sysctl fs.aio-max-nr=1048576';
    return { usable: false, code: 'EAGAIN', reason, cause: undefined };
  } catch {
    // No /proc to read the limit from: only the first use can tell.
    return { usable: true };
  }
}
