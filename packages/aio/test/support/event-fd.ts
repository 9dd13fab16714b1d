import { EventWatcher } from 'aio-bind';

/** An eventfd, and how often it was signalled. */
export class EventFd implements Disposable {
  readonly #watcher: EventWatcher;
  #count = 0;
  #waiter: (() => void) | null = null;

  constructor() {
    this.#watcher = new EventWatcher((count) => {
      this.#count += count;
      this.#waiter?.();
    });
    this.#watcher.ref();
  }

  get fd(): number {
    return this.#watcher.fd;
  }

  /** How often it has been signalled, once it has been. */
  async signal(): Promise<number> {
    if (this.#count === 0) await new Promise<void>((resolve) => (this.#waiter = resolve));
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
  }
}
