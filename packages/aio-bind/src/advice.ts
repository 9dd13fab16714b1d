// What to do about an error, where that is known.
import { aio_limits } from './aio-limits.js';

function limits(): string {
  try {
    const { aio_nr, aio_max_nr } = aio_limits();
    return `aio-nr is ${aio_nr} of aio-max-nr ${aio_max_nr} on this machine`;
  } catch {
    return 'the limit is /proc/sys/fs/aio-max-nr';
  }
}

const stale = 'the context is not set up here (never, destroyed, or by another thread or process)';
const noAio =
  'this kernel or sandbox has no kernel AIO (CONFIG_AIO), or a seccomp profile forbids it';

const texts: Partial<Record<string, Partial<Record<string, string | (() => string)>>>> = {
  io_setup: {
    EAGAIN: () => `${limits()}; ask for fewer events, or raise it: sysctl fs.aio-max-nr=1048576`,
    EINVAL: 'nr_events must be at least 1, and the context variable must be 0',
    EFAULT: 'io_setup needs a context variable to fill',
    ENOMEM: 'the kernel has no memory for a ring of that size: ask for fewer events',
    ENOSYS: noAio,
    EPERM: noAio,
  },
  io_destroy: {
    EINVAL: stale,
    EBUSY: 'something is in flight: collect its event first, or use io_destroy, which waits',
  },
  io_submit: {
    EAGAIN:
      'the context has no room for another operation: collect events first, ' +
      'or set it up for more',
    EBADF:
      'the first iocb names a descriptor that is not open, not open for this, ' +
      'or a resfd that is not open',
    EINVAL: `${stale}, or the first iocb has a field that the kernel refuses`,
    EFAULT: 'an iocb or the memory that it names is not there',
    ENOTSUP: 'the first iocb asks for a flag that this kernel or file system does not support',
    EPERM: 'the first iocb asks for a priority class that needs CAP_SYS_ADMIN or CAP_SYS_NICE',
    EBUSY: 'a slot that is in flight cannot be given to submit threads',
  },
  io_getevents: {
    EINVAL: `${stale}, min_nr is not within 0..nr, or the timeout is negative or not normalised`,
    EFAULT: 'there is no memory to put the events in',
    EINTR: 'a signal came; what has completed meanwhile is still there to be collected',
  },
  io_cancel: {
    EINVAL:
      `the operation is not in flight, cannot be cancelled (only polls and a few drivers' ` +
      `operations can), or ${stale}`,
    EFAULT: 'io_cancel needs an iocb',
  },
};

/** A hint for the reader of an error message, or nothing. */
export function advice(syscall: string, code: string): string | undefined {
  const text = texts[syscall === 'io_pgetevents' ? 'io_getevents' : syscall]?.[code];
  return typeof text === 'function' ? text() : text;
}
