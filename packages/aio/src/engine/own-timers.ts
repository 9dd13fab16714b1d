// The event loop's own, whatever stands in their place from now on. Fake timers (vi.useFakeTimers, mock.timers) are for the
// time of those who test; an operation that the kernel has ends all the same, and one call that is swallowed would stop
// all that come after it.
import timers from 'node:timers';

// Not by their names from there, since fakes may be put behind those, too.
export const setImmediate: typeof timers.setImmediate = timers.setImmediate;
export const setTimeout: typeof timers.setTimeout = timers.setTimeout;
export const clearTimeout: typeof timers.clearTimeout = timers.clearTimeout;
export const queueMicrotask: typeof globalThis.queueMicrotask = globalThis.queueMicrotask;
export const nextTick: typeof process.nextTick = Reflect.get(process, 'nextTick');

/** `process.hrtime.bigint()`: in ns. */
export const nanoseconds: () => bigint = process.hrtime.bigint.bind(process.hrtime);
