// A context for the length of a test, and what tests do with one.
import { constants } from 'node:os';
import { expect } from 'vitest';
import {
  IoEventArray,
  type Iocb,
  aio_context_t,
  io_destroy,
  io_getevents,
  io_setup,
  io_submit,
} from '../src/index.js';
import { unlessInterrupted } from './waiting.js';

/** An event, copied out of its array. */
export interface Completion {
  readonly data: bigint;
  readonly obj: bigint;
  readonly res: number;
  readonly res2: number;
}

export function completions(events: IoEventArray, count: number): Completion[] {
  return Array.from({ length: count }, (_, index) => {
    const { data, obj, res, res2 } = events.at(index);
    return { data, obj, res: Number(res), res2: Number(res2) };
  });
}

/** Destroyed at the end of its scope, which waits for whatever a test has left in flight. */
export class Context implements Disposable {
  readonly ctx: aio_context_t = new aio_context_t();

  constructor(nr_events = 64) {
    io_setup(nr_events, this.ctx);
  }

  submit(...iocbs: Iocb[]): number {
    return io_submit(this.ctx, iocbs.length, iocbs);
  }

  /** Waits for `count` events and takes them, whatever signals come. */
  wait(count: number): Completion[] {
    const taken: Completion[] = [];
    while (taken.length < count) {
      const missing = count - taken.length;
      const events = new IoEventArray(missing);
      const got = unlessInterrupted(() => io_getevents(this.ctx, missing, missing, events, null));
      taken.push(...completions(events, got));
    }
    return taken;
  }

  /** Takes what is there. */
  take(): Completion[] {
    const events = new IoEventArray(256);
    return completions(events, io_getevents(this.ctx, 0, events.length, events, null));
  }

  /** Submits, waits, and gives the result. */
  run(iocb: Iocb): number | undefined {
    expect(this.submit(iocb)).toBe(1);
    return this.wait(1)[0]?.res;
  }

  [Symbol.dispose](): void {
    io_destroy(this.ctx);
  }
}

type Errno = keyof typeof constants.errno;

/** What a call throws that the kernel has refused. */
export const failure = (code: Errno, syscall: string): unknown =>
  expect.objectContaining({ code, errno: -constants.errno[code], syscall });

/** -errno, as an event has it. */
export const minus = (code: Errno): number => -constants.errno[code];
