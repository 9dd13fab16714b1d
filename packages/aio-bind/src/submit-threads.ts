import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { checkArray, checkInteger, checkObject, invalidType } from './argument-errors.js';
import { resultOf } from './errno.js';
import { type EventWatcher, nativeWatcher } from './event-watcher.js';
import { type IoEventArray, eventArrayId } from './io-event-array.js';
import { checkFits } from './io-submit.js';
import { Iocb, slabOfIocb, slotOfIocb } from './iocb.js';
import { IocbSlab, slabId } from './iocb-slab.js';
import { type NativeId, type NativeSubmitThreads, native } from './native.js';

/** How {@link SubmitThreads} work. */
export interface SubmitThreadsOptions {
  /** How many threads at most, 1 to 1024; 4 unless given. */
  readonly threads?: number | undefined;
  /** After how many milliseconds without work a thread ends, 0 to 2^31 - 1; 2000 unless given. */
  readonly idleMs?: number | undefined;
  /**
   * Is signalled for every refusal, and after every submission by a thread of what does not name its eventfd: so
   * it calls back for what completed in io_submit even then.
   */
  readonly watcher?: EventWatcher | undefined;
}

/** How {@link SubmitThreads.submit} queues what it is given. */
export interface SubmitThreadsSubmitOptions {
  /**
   * What they read is on its way from the device already, since an attempt with RWF_NOWAIT that was refused has started
   * the read-ahead (Linux 5.9, 2e85abf053b9): a thread has but to wait for it. So one after the other is submitted, all
   * by one thread, as long as none takes 10 ms; several would only take turns on the processor.
   * Has no effect on writes. False unless given.
   */
  readonly begun?: boolean | undefined;
}

/**
 * A few threads that call io_submit(2) for operations that may block in it, so that the caller's
 * does not: buffered reads that are not cached, writes that extend a file, anything on tmpfs. Writes to one file go
 * in order, several together, since they would wait for each other in the kernel; everything else goes alone.
 *
 * Threads start when there is work, another for each operation that could go at once until there are as many as there may
 * be (none for a further write to a file, nor for what has begun while a thread waits), and end when there has been no
 * work for a while. What they submit completes in its context like everything else; what the kernel
 * refuses to take is collected with {@link SubmitThreads.refused}. An operation's slot is copied when it is queued, and
 * may be prepared anew at once (iovecs may not: the kernel copies those when a thread submits). Descriptors are copied
 * as the numbers that they are: one that is closed before a thread submits may have come to mean another file by then, to
 * which the data goes. So leave it open, and the one in `aio_resfd`, until the event, the refusal, or that the operation has
 * been withdrawn.
 *
 * The threads belong to the environment, not to this object: what is queued is submitted even if the
 * object has been collected. {@link io_destroy} withdraws what is queued for its context, and ends
 * waits that a signal can end (a read of an empty pipe: EINTR), as does the end of the environment. That signal
 * is SIGURG: a program that listens for it (`process.on`) is called for these, too.
 */
export class SubmitThreads implements Disposable {
  readonly #native: NativeSubmitThreads;

  constructor(options: SubmitThreadsOptions = {}) {
    checkObject('options', options);
    const { threads = 4, idleMs = 2000, watcher } = options;
    checkInteger('threads', threads, 1, 1024);
    checkInteger('idleMs', idleMs, 0, 2 ** 31 - 1);
    this.#native = new native.SubmitThreads(
      threads,
      idleMs,
      watcher === undefined ? undefined : nativeWatcher(watcher),
    );
  }

  /**
   * Queues operations for the threads. Never blocks.
   *
   * Their descriptors (`aio_fildes`, and `aio_resfd` where it is used) are looked up when a thread submits them: leave
   * them open until the event, the refusal, or {@link SubmitThreads.withdraw}.
   *
   * @param iocbs - in the order in which they are to go
   * @returns how many were taken: up to one whose slot is in flight, or for which there is no memory
   * @throws EBUSY - the first one's slot is in flight
   * @throws EINVAL - no such context here; or, after fork(2), these are the threads of the parent
   */
  submit(ctx: aio_context_t, iocbs: readonly Iocb[]): number;
  /**
   * The same for slots of a slab, which checks nothing that JavaScript wrote into them.
   *
   * @param slots - in the order in which they are to go
   * @param nr - how many of them, from the first on; all unless given
   */
  submit(
    ctx: aio_context_t,
    slab: IocbSlab,
    slots: Uint32Array,
    nr?: number,
    options?: SubmitThreadsSubmitOptions,
  ): number;
  submit(
    ctx: aio_context_t,
    iocbs: readonly Iocb[] | IocbSlab,
    slots?: Uint32Array,
    nr?: number,
    options: SubmitThreadsSubmitOptions = {},
  ): number {
    const context = contextSerial(ctx);
    if (!(iocbs instanceof IocbSlab)) return this.#submitViews(context, iocbs);
    if (!(slots instanceof Uint32Array)) throw invalidType('slots', 'a Uint32Array', slots);
    const count = nr ?? slots.length;
    checkInteger('nr', count, 0, slots.length);
    checkObject('options', options);
    const { begun = false } = options;
    if (typeof begun !== 'boolean') throw invalidType('options.begun', 'a boolean', begun);
    return resultOf(this.#native.submit(context, slabId(iocbs), slots, count, begun), 'io_submit');
  }

  /**
   * Takes an operation back, if no thread has taken it yet. It then has no event and no refusal.
   *
   * @returns whether it was taken back
   */
  withdraw(ctx: aio_context_t, slab: IocbSlab, slot: number): boolean {
    const context = contextSerial(ctx);
    const id = slabId(slab);
    checkInteger('slot', slot, 0, slab.slots - 1);
    return this.#native.withdraw(context, id, slot);
  }

  /**
   * Collects what the kernel refused to take, as events whose `res` is io_submit's error; ECANCELED for what was queued
   * when the threads were closed; or EAGAIN where there is no thread, and none could be started (RLIMIT_NPROC, pids.max).
   *
   * @param events - receives them, from the first on
   * @param nr - how many at most; as many as there is room for unless given
   * @returns how many were collected
   */
  refused(events: IoEventArray, nr?: number): number {
    const id = eventArrayId(events);
    const count = nr ?? events.length;
    checkInteger('nr', count, 0, events.length);
    return this.#native.refused(id, count);
  }

  /** How many threads there are now. */
  get threads(): number {
    return this.#native.threads();
  }

  /** How many operations no thread has taken yet. */
  get queued(): number {
    return this.#native.queued();
  }

  /** How many threads are inside io_submit(2). */
  get running(): number {
    return this.#native.running();
  }

  /** What is queued is refused (ECANCELED), and nothing is taken any more. Again is harmless. */
  close(): void {
    this.#native.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #submitViews(context: NativeId, iocbs: readonly Iocb[]): number {
    checkArray('iocbs', iocbs);
    // Each is asked for once: a getter in its place might give one that was not checked.
    const named = [...iocbs];
    for (const [index, iocb] of named.entries()) {
      if (!(iocb instanceof Iocb)) throw invalidType(`iocbs[${index}]`, 'an Iocb', iocb);
      checkFits(iocb, index);
    }
    let taken = 0;
    for (const iocb of named) {
      const one = Uint32Array.of(slotOfIocb(iocb));
      const result = this.#native.submit(context, slabId(slabOfIocb(iocb)), one, 1, false);
      if (result < 0 && taken > 0) break;
      taken += resultOf(result, 'io_submit');
    }
    return taken;
  }
}
