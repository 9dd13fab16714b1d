// The kernel's constants that operations take; all there are has aio-bind.

// The flags of a read or write.
export {
  RWF_APPEND,
  RWF_ATOMIC,
  RWF_DONTCACHE,
  RWF_DSYNC,
  RWF_HIPRI,
  RWF_NOAPPEND,
  RWF_NOSIGNAL,
  RWF_NOWAIT,
  RWF_SYNC,
} from 'aio-bind';

// What a poll waits for, and what it reports.
export {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLMSG,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from 'aio-bind';

// The classes of an I/O priority.
export { IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE, IOPRIO_CLASS_NONE, IOPRIO_CLASS_RT } from 'aio-bind';
