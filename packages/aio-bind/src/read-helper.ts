import { checkInteger, checkObject, outOfRange } from './argument-errors.js';
import { type EventWatcher, nativeWatcher } from './event-watcher.js';
import { IoRangeArray, rangeArrayId } from './io-range-array.js';
import { type NativeReadHelper, native } from './native.js';

/** How a {@link ReadHelper} works. */
export interface ReadHelperOptions {
  /** After how many milliseconds without work its thread ends, 0 to 2^31 - 1; 2000 unless given. */
  readonly idleMs?: number | undefined;
  /** Is signalled when a read has ended that was late; now and then also where that was seen in time after all. */
  readonly watcher?: EventWatcher | undefined;
}

/**
 * Reads of what is in the page cache, by two threads at once: the caller's and one that helps, each of which takes the
 * next that none has taken. Copying is all the work that there is, so two processors do it in little more than half
 * the time; it pays from some 32 KiB a read on. Where the other processor has something else to do, the caller does
 * it all itself; and so it does until calls of {@link ReadHelper.read} have followed one another within half a millisecond
 * four times, since a processor that was idle would come too late.
 *
 * No context takes part: it is preadv2(2) with RWF_NOWAIT for each. The thread starts when it is first called for, ends when
 * there has been nothing for it for a while, and takes the processor from nobody when it is woken (SCHED_BATCH). It belongs
 * to the environment, which waits for it when it ends.
 */
export class ReadHelper implements Disposable {
  readonly #native: NativeReadHelper;

  constructor(options: ReadHelperOptions = {}) {
    checkObject('options', options);
    const { idleMs = 2000, watcher } = options;
    checkInteger('idleMs', idleMs, 0, 2 ** 31 - 1);
    this.#native = new native.ReadHelper(
      idleMs,
      watcher === undefined ? undefined : nativeWatcher(watcher),
    );
  }

  /**
   * Reads ranges, in no particular order. The result of each is in `ranges.res`: bytes, fewer than were asked for at the
   * end of the file or where what is in memory ends, or -errno as {@link try_preadv2} gives it, -EAGAIN where nothing
   * of it is in memory. `ranges.ended` and `ranges.whole` are counted; slots are not looked at.
   *
   * A read that the other thread is at when this one has nothing left to do is waited for, 100 us at most; if it takes longer,
   * for that thread may have lost its processor, it is late. Its `res` is
   * {@link IoRangeArray.PENDING}, {@link ReadHelper.late} tells how it ended, and the caller keeps its memory and
   * leaves its descriptor open until then, and keeps this object, which alone can tell. Until that is known, this thread
   * reads alone.
   *
   * @param nr - how many, from the first on: 0 to `ranges.length`
   * @returns which one is late; -1 where all have ended
   * @see preadv2(2)
   */
  read(nr: number, ranges: IoRangeArray): number {
    const id = rangeArrayId(ranges);
    checkInteger('nr', nr, 0, Number.MAX_SAFE_INTEGER);
    if (nr > ranges.length) throw outOfRange('nr', `<= ${ranges.length}`, nr);
    return this.#native.read(nr, id);
  }

  /**
   * What has come of the read that was late, once.
   *
   * @returns bytes or -errno; {@link IoRangeArray.PENDING} while it goes on, and where there is none
   */
  late(): number {
    return this.#native.late();
  }

  /** How many threads there are now beside the caller's: 0 or 1. */
  get threads(): number {
    return this.#native.threads();
  }

  /** There is no help any more: the caller's thread reads alone. Again is harmless. */
  close(): void {
    this.#native.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
