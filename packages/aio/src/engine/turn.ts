import { performance } from 'node:perf_hooks';
import { setImmediate } from './own-timers.js';

/** How long work may go on before timers and sockets have their turn. */
const SLICE_MS = 1;

/**
 * Bounds the work that is done before the event loop turns.
 *
 * Operations that complete in line resolve promises, whose continuations start more operations, all
 * before the loop turns: left alone, timers and sockets would never have their turn.
 */
export class Turn {
  readonly #onTurn: () => void;
  #ends = 0;
  #running = false;

  /** @param onTurn - called after the loop has turned, once for each turn in which work began */
  constructor(onTurn: () => void) {
    this.#onTurn = onTurn;
  }

  /** Work begins, if it has not in this turn of the loop. */
  begin(): void {
    if (this.#running) return;
    this.#ends = performance.now() + SLICE_MS;
    setImmediate(() => {
      this.#running = false;
      this.#onTurn();
    });
    // Last: what hooks for these ask for finds no turn that has begun.
    this.#running = true;
  }

  /** Work has begun in this turn of the loop. */
  get isRunning(): boolean {
    return this.#running;
  }

  /** This turn has had its share: the rest waits for the next. */
  isOver(now: number): boolean {
    return this.#running && now >= this.#ends;
  }
}
