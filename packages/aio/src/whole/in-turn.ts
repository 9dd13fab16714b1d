import { performance } from 'node:perf_hooks';
import { Fifo } from '../engine/fifo.js';
import { Turn } from '../engine/turn.js';

const waiting = new Fifo<() => void>();

const turn = new Turn(() => {
  while (waiting.length > 0) {
    turn.begin();
    if (turn.isOver(performance.now())) return;
    waiting.shift()?.();
  }
});

/** Whether work that takes no thread can be done now, without keeping timers and sockets waiting. */
export function isTurn(): boolean {
  turn.begin();
  return waiting.length === 0 && !turn.isOver(performance.now());
}

/** Does it in one of the next turns of the event loop. */
export function inTurn<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    waiting.push(() => {
      // In a promise of its own, which is rejected with what it throws.
      resolve(
        new Promise<T>((settle) => {
          settle(work());
        }),
      );
    });
  });
}
