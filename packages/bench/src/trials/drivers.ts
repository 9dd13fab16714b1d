/** What the others are compared with. */
export const BASELINE = 'fs-promises';

/** As fast as it gets. */
export const LIMIT = 'fio-libaio';

/** No I/O at all. */
export const IDLE = 'idle';

/** The subject. */
export const AIO = 'aio';
