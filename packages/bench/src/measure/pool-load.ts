import { pbkdf2 } from 'node:crypto';
import { lookup } from 'node:dns';

/** More than the pool has threads, so that there is always one waiting for the next free thread. */
const PER_THREAD = 3;
const LOOKUPS = 2;
/** About a millisecond of computing. */
const ITERATIONS = 2000;
const KEY_BYTES = 32;

/** Keeps Node's thread pool full with `crypto.pbkdf2` and `dns.lookup` until it is stopped. */
export class PoolLoad {
  readonly #threads: number;
  #stopped = false;

  constructor(threads: number) {
    this.#threads = threads;
  }

  start(): void {
    for (let i = 0; i < this.#threads * PER_THREAD; i++) this.#hash();
    for (let i = 0; i < LOOKUPS; i++) this.#look();
  }

  stop(): void {
    this.#stopped = true;
  }

  #hash(): void {
    pbkdf2('password', 'salt', ITERATIONS, KEY_BYTES, 'sha256', () => {
      if (!this.#stopped) this.#hash();
    });
  }

  #look(): void {
    lookup('localhost', () => {
      if (!this.#stopped) this.#look();
    });
  }
}
