import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { resultOf } from './errno.js';
import { layout } from './layout.js';
import { native } from './native.js';

/** The head of a context's ring (`struct aio_ring`, fs/aio.c), as it was when it was read. */
export interface AioRing {
  /** The kernel's own number of the context. */
  readonly id: number;
  /** How many events the ring holds. */
  readonly nr: number;
  /** Where the next event is collected, 0 to nr - 1. */
  readonly head: number;
  /** Where the kernel puts the next event, 0 to nr - 1. */
  readonly tail: number;
  /** 0xa10a10a1. */
  readonly magic: number;
  /** 1. */
  readonly compat_features: number;
  /** 0, or there would be no reading it. */
  readonly incompat_features: number;
  /** In bytes; the events follow. */
  readonly header_length: number;
}

/**
 * Reads the head of a context's mapped ring.
 *
 * @returns null where there is no ring that {@link io_getevents_ring} can read (gVisor)
 * @throws EINVAL - no such context here
 */
export function aio_ring(ctx: aio_context_t): AioRing | null {
  const words = native.aioRing(contextSerial(ctx));
  if (words === null) return null;
  if (typeof words === 'number') {
    resultOf(words, 'aio_ring');
    return null;
  }
  const word = (field: keyof AioRing): number => words[layout.aio_ring[field] / 4] ?? NaN;
  return {
    id: word('id'),
    nr: word('nr'),
    head: word('head'),
    tail: word('tail'),
    magic: word('magic'),
    compat_features: word('compat_features'),
    incompat_features: word('incompat_features'),
    header_length: word('header_length'),
  };
}
