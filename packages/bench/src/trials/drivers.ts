/** What the others are compared with. */
export const BASELINE = 'fs-promises';

/** The yardstick: kernel AIO with no JavaScript in between. */
export const LIMIT = 'fio-libaio';

/** No I/O at all. */
export const IDLE = 'idle';

/** None in this process, while fio keeps the device as busy. */
export const BYSTANDER = 'bystander';

/** The subject. */
export const AIO = 'aio';

/** The subject, many reads or writes in one call. */
export const MANY = 'aio-many';

/** The subject, driven by hand: operations that are used again, in a context of their own. */
export const CONTEXT = 'aio-context';

/** On the event loop, which waits for it. */
export const SYNC = 'fs-sync';
