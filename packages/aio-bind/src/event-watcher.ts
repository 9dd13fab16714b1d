import { invalidType } from './argument-errors.js';
import { resultOf } from './errno.js';
import { type NativeEventWatcher, native } from './native.js';

let nativeOf: (watcher: EventWatcher) => NativeEventWatcher;

/**
 * An eventfd (non-blocking, close-on-exec) on this environment's event loop: calls back after
 * operations that name it as their `aio_resfd` have completed.
 *
 * It does not hold the process open unless {@link EventWatcher.ref} asks for it, and it lives until
 * it is closed. What the callback throws becomes an `uncaughtException`.
 *
 * @see eventfd(2)
 */
export class EventWatcher implements Disposable {
  /** The eventfd, for {@link io_set_eventfd}. It is closed some time after {@link EventWatcher.close}. */
  readonly fd: number;
  readonly #native: NativeEventWatcher;
  #closed = false;

  /**
   * @param callback - called with the eventfd's count: how many signals there were since the last
   * time. A completion is in the ring before its signal, so collect until there is none, whatever
   * the count.
   * @throws EMFILE, ENFILE - too many descriptors are open
   */
  constructor(callback: (count: number) => void) {
    if (typeof callback !== 'function') throw invalidType('callback', 'a function', callback);
    this.#native = new native.EventWatcher(callback);
    resultOf(this.#native.start(), 'eventfd');
    this.fd = this.#native.fd();
  }

  /** From now on holds the event loop, and so the process, open. */
  ref(): void {
    this.#native.ref();
  }

  /** No longer holds the event loop open; so it begins. */
  unref(): void {
    this.#native.unref();
  }

  /** Whether it holds the event loop open. */
  hasRef(): boolean {
    return this.#native.hasRef();
  }

  /**
   * Takes back the signals that there have been, so that no call comes for them: for those who have collected
   * everything themselves, {@link SubmitThreads.refused} included, since to be woken for nothing costs more.
   *
   * @returns how many there were; 0 where it has been closed
   */
  drain(): number {
    return this.#native.drain();
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** No call comes after this. Again is harmless. */
  close(): void {
    this.#closed = true;
    this.#native.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  static {
    nativeOf = (watcher) => watcher.#native;
  }
}

/** What the addon knows a watcher by. */
export function nativeWatcher(watcher: EventWatcher): NativeEventWatcher {
  if (!(watcher instanceof EventWatcher)) {
    throw invalidType('watcher', 'an EventWatcher', watcher);
  }
  return nativeOf(watcher);
}
