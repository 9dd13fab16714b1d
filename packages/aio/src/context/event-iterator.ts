import { claimStack } from '../engine/claim-stack.js';
import type { AioEvent } from './aio-event.js';
import { DONE } from './completions.js';
import type { Dispatcher } from './dispatcher.js';

/** An iteration over events of operations that were submitted. Ended early, it takes no event with it. */
export class EventIterator implements AsyncIterableIterator<AioEvent, undefined> {
  readonly #dispatcher: Dispatcher;
  #isOver = false;

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  next(): Promise<IteratorResult<AioEvent, undefined>> {
    if (this.#isOver) return Promise.resolve(DONE);
    claimStack();
    return this.#dispatcher.nextEvent(this);
  }

  return(): Promise<IteratorResult<AioEvent, undefined>> {
    this.#isOver = true;
    this.#dispatcher.leave(this);
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
