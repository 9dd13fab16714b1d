import { EventWatcher } from 'aio-bind';
import { setTimeout } from '../engine/own-timers.js';

/** What a context has of the event loop: an eventfd that is watched, and a timer for what nobody announces. */
export class LoopSide {
  readonly watcher: EventWatcher;
  #isHeld = false;
  #looksAgain = false;
  /** The eventfd may have been signalled, and the event loop not have seen it. */
  #mayBeSignalled = false;

  /** @throws what eventfd(2) fails with */
  constructor(watcher: EventWatcher) {
    this.watcher = watcher;
  }

  /** The process stays meanwhile. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The eventfd, for something that is about to be submitted. */
  announce(): number {
    this.#mayBeSignalled = true;
    return this.watcher.fd;
  }

  /** Nothing is in flight, and all has been seen: nobody is to be woken for it. */
  forget(): void {
    if (!this.#mayBeSignalled) return;
    this.#mayBeSignalled = false;
    this.watcher.drain();
  }

  hold(hold: boolean): void {
    if (hold === this.#isHeld || this.watcher.closed) return;
    this.#isHeld = hold;
    if (hold) this.watcher.ref();
    else this.watcher.unref();
  }

  /** Calls back in a millisecond; once, however often it is asked to. */
  lookAgain(look: () => void): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    setTimeout(() => {
      this.#looksAgain = false;
      look();
    }, 1);
  }
}
