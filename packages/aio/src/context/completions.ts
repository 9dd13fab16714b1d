import { Fifo } from '../engine/fifo.js';
import type { AioEvent } from './aio-event.js';

/** One who waits for an event. */
interface Waiter {
  /** The iteration. */
  readonly iteration: object;
  readonly resolve: (result: IteratorResult<AioEvent, undefined>) => void;
}

/** The end of an iteration. */
export const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Events that were collected, each for whoever asks first, and those who wait for one. */
export class Completions {
  readonly #events = new Fifo<AioEvent>();
  readonly #waiters = new Fifo<Waiter>();

  /** How many events there are. */
  get length(): number {
    return this.#events.length;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiters.length;
  }

  push(event: AioEvent): void {
    this.#events.push(event);
  }

  /** The next event, if there is one. */
  shift(): AioEvent | undefined {
    return this.#events.shift();
  }

  /** Up to `max` events. */
  take(max: number): AioEvent[] {
    if (this.#events.length <= max) return this.#events.drain();
    const events: AioEvent[] = [];
    while (events.length < max) {
      const event = this.#events.shift();
      if (event === undefined) break;
      events.push(event);
    }
    return events;
  }

  /** The next event that nobody before takes; done where {@link Completions.end} comes first. */
  wait(iteration: object): Promise<IteratorResult<AioEvent, undefined>> {
    return new Promise((resolve) => {
      this.#waiters.push({ iteration, resolve });
    });
  }

  /** An iteration ends: what it still waits for would be missing elsewhere. */
  leave(iteration: object): void {
    for (const waiter of this.#waiters.drain()) {
      if (waiter.iteration === iteration) waiter.resolve(DONE);
      else this.#waiters.push(waiter);
    }
  }

  /** Gives what there is to those who wait. */
  serve(): void {
    while (this.#waiters.length > 0) {
      const event = this.#events.shift();
      if (event === undefined) return;
      this.#waiters.shift()?.resolve({ done: false, value: event });
    }
  }

  /** There will be no more: those who still wait are told so. */
  end(): void {
    for (;;) {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) return;
      waiter.resolve(DONE);
    }
  }
}
