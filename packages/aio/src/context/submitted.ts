import type { OperationState } from '../operations/operation-state.js';

/** Keeps count of what was submitted, rather than run, and has not ended: by whom it is announced. */
export class Submitted {
  #count = 0;
  #withOwnEventfd = 0;
  #silent = 0;

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Whether there are any that signal an eventfd of their own, of which the event loop never learns. */
  get anyUnheard(): boolean {
    return this.#withOwnEventfd > 0;
  }

  /** Whether there are any that signal nobody. */
  get anySilent(): boolean {
    return this.#silent > 0;
  }

  /** @param silently - it signals nobody, unless it has an eventfd of its own */
  add(state: OperationState, silently: boolean): void {
    this.#count++;
    if (state.eventfd !== null) {
      this.#withOwnEventfd++;
    } else if (silently) {
      state.isSilent = true;
      this.#silent++;
    }
  }

  /** It has ended. */
  delete(state: OperationState): void {
    this.#count--;
    if (state.eventfd !== null) this.#withOwnEventfd--;
    else if (state.isSilent) this.#silent--;
    state.isSilent = false;
  }
}
