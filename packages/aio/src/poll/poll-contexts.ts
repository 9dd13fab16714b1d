import { AioContext } from '../context/aio-context.js';

const FIRST = 64;
const LARGEST = 4096;

/** A context, and how many polls are there. */
export interface PollContext {
  readonly context: AioContext;
  used: number;
}

/**
 * The contexts that polls of this thread have for themselves, since a poll may wait for ever, and nobody
 * is to wait behind it: where all are full there is one more, twice as large. They are kept, as to end one
 * takes 30 ms, and do not hold the process open.
 */
class PollContexts {
  readonly #all: PollContext[] = [];

  /**
   * A context that has room for one more.
   *
   * @throws what io_setup(2) fails with: EAGAIN where not even a single place is left on the machine
   */
  enter(): PollContext {
    const place = this.#all.find(({ context, used }) => used < context.maxInFlight) ?? this.#grow();
    place.used++;
    return place;
  }

  leave(place: PollContext): void {
    place.used--;
  }

  #grow(): PollContext {
    const wanted = Math.min(FIRST * 2 ** this.#all.length, LARGEST);
    for (let maxInFlight = wanted; ; maxInFlight >>= 1) {
      try {
        const place = { context: new AioContext({ maxInFlight }), used: 0 };
        this.#all.push(place);
        return place;
      } catch (error) {
        const full = (error as NodeJS.ErrnoException).code === 'EAGAIN';
        if (!full || maxInFlight === 1) throw error;
      }
    }
  }
}

export const pollContexts: PollContexts = new PollContexts();
