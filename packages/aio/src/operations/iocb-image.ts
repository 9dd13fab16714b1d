import { IOCB_FLAG_IOPRIO, IOCB_FLAG_RESFD } from 'aio-bind';
import {
  BUF,
  FLAGS,
  HIGH,
  LOW,
  NBYTES,
  OFFSET,
  OPCODE,
  REQPRIO,
  RESFD,
  RW_FLAGS,
  WORDS,
  setU64,
} from '../engine/iocb-layout.js';

/**
 * An operation's iocb as it will be: kept ready, so that submission copies 64 bytes into a slot of
 * whichever context it goes to.
 */
export class IocbImage {
  readonly #words = new Uint32Array(WORDS);
  readonly #halves = new Uint16Array(this.#words.buffer);

  constructor(opcode: number) {
    this.#halves[OPCODE] = opcode;
  }

  /** Memory, or for a poll its mask. */
  set buf(address: number) {
    setU64(this.#words, BUF, address);
  }

  set nbytes(count: number) {
    setU64(this.#words, NBYTES, count);
  }

  set offset(bytes: number | bigint) {
    if (typeof bytes === 'number') {
      setU64(this.#words, OFFSET, bytes);
    } else {
      this.#words[OFFSET + LOW] = Number(bytes & 0xffff_ffffn);
      this.#words[OFFSET + HIGH] = Number(bytes >> 32n);
    }
  }

  set rwFlags(flags: number) {
    this.#words[RW_FLAGS] = flags;
  }

  /** @param ioprio - 0 for that of the process */
  set priority(ioprio: number) {
    this.#halves[REQPRIO] = ioprio;
    this.#flag(IOCB_FLAG_IOPRIO, ioprio !== 0);
  }

  /** @param fd - null for that of whoever submits */
  set eventfd(fd: number | null) {
    this.#words[RESFD] = fd ?? 0;
    this.#flag(IOCB_FLAG_RESFD, fd !== null);
  }

  /** Copies it to where a slot begins: word by word, as set() is a call of V8's for each. */
  copyTo(words: Uint32Array, base: number): void {
    const own = this.#words;
    for (let i = 0; i < WORDS; i++) words[base + i] = own[i]!;
  }

  #flag(flag: number, on: boolean): void {
    const flags = this.#words[FLAGS]!;
    this.#words[FLAGS] = on ? flags | flag : flags & ~flag;
  }
}
