// Fills a slot of a slab, and reads events, word by word.
import { IOCB_FLAG_RESFD, type IocbSlab, layout } from 'aio-bind';
import {
  BUF,
  DATA,
  FILDES,
  FLAGS,
  HIGH,
  KEY,
  LOW,
  NBYTES,
  OFFSET,
  OPCODE,
  REQPRIO,
  RESFD,
  RW_FLAGS,
  WORDS,
  inWords,
  setU64,
} from './iocb-layout.js';

/**
 * What a slot's operation is.
 *
 * @param eventfd - signalled on completion; -1 for none
 */
export function fillCommand(
  slab: IocbSlab,
  slot: number,
  opcode: number,
  fd: number,
  rwFlags: number,
  eventfd: number,
): void {
  const words = slab.u32;
  const base = slot * WORDS;
  words[base + KEY] = 0;
  words[base + RW_FLAGS] = rwFlags;
  slab.u16[base * 2 + OPCODE] = opcode;
  slab.u16[base * 2 + REQPRIO] = 0;
  words[base + FILDES] = fd;
  words[base + FLAGS] = eventfd === -1 ? 0 : IOCB_FLAG_RESFD;
  words[base + RESFD] = eventfd === -1 ? 0 : eventfd;
}

/**
 * What it transfers. Address and offset are safe integers, the length one below 2^32.
 *
 * @param generation - comes back in the event beside the slot, so that no event is taken for another
 *   operation's
 */
export function fillTransfer(
  slab: IocbSlab,
  slot: number,
  generation: number,
  address: number,
  nbytes: number,
  offset: number,
): void {
  const words = slab.u32;
  const base = slot * WORDS;
  words[base + DATA + LOW] = slot;
  words[base + DATA + HIGH] = generation;
  setU64(words, base + BUF, address);
  words[base + NBYTES + LOW] = nbytes;
  words[base + NBYTES + HIGH] = 0;
  setU64(words, base + OFFSET, offset);
}

/** 32-bit words of an event. */
export const EVENT_WORDS: number = inWords(layout.io_event.size, 4);

/** Where the slot of event `index` is among the 32-bit words of an array of events. */
export const eventSlot = (index: number): number =>
  index * EVENT_WORDS + layout.io_event.data / 4 + LOW;
/** Where the generation of event `index` is. */
export const eventGeneration = (index: number): number =>
  index * EVENT_WORDS + layout.io_event.data / 4 + HIGH;
/** Where the result of event `index` is: a count below 2^31 or -errno, so its low half says it all. */
export const eventResult = (index: number): number =>
  index * EVENT_WORDS + layout.io_event.res / 4 + LOW;
