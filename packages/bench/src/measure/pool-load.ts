import { pbkdf2 } from 'node:crypto';
import { lookup } from 'node:dns';

/** More than the pool has threads, so that there is always one waiting for the next free thread. */
const PER_THREAD = 3;
const LOOKUPS = 2;
/** About a millisecond of computing. */
const ITERATIONS = 2000;
const KEY_BYTES = 32;

type Task = (done: () => void) => void;

function hash(done: () => void): void {
  pbkdf2('password', 'salt', ITERATIONS, KEY_BYTES, 'sha256', done);
}

function look(done: () => void): void {
  lookup('localhost', done);
}

/** Does a task again and again. */
async function repeat(task: Task, isStopped: () => boolean): Promise<void> {
  while (!isStopped()) await new Promise<void>((done) => task(done));
}

/** Keeps Node's thread pool full with `crypto.pbkdf2` and `dns.lookup` from each start until the stop after it. */
export class PoolLoad {
  readonly #tasks: readonly Task[];
  #stopped = true;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(threads: number) {
    this.#tasks = [
      ...new Array<Task>(threads * PER_THREAD).fill(hash),
      ...new Array<Task>(LOOKUPS).fill(look),
    ];
  }

  start(): void {
    this.#stopped = false;
    this.#ended = Promise.all(this.#tasks.map((task) => repeat(task, () => this.#stopped)));
  }

  /** Waits for what the pool still computes, so that nothing of it falls into the time of others. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }
}
