import { writeSync } from 'node:fs';
import * as bind from 'aio-bind';
import { vi } from 'vitest';

const { PENDING } = bind.IoRangeArray;

/**
 * For its scope the last of each helped batch is late, until {@link LateRead.end}. Needs `vi.mock('aio-bind', { spy: true })`.
 */
export class LateRead implements Disposable {
  readonly #spies: Disposable[];
  #read: (() => number) | null = null;
  #hasEnded = false;

  constructor(actual: typeof bind) {
    const found = { ended: 0, whole: 0 };
    this.#spies = [
      vi.spyOn(bind.ReadHelper.prototype, 'read').mockImplementation((nr, ranges) => {
        const { aio_fildes, aio_buf, aio_nbytes, aio_offset, res } = ranges;
        const read = (i: number): number =>
          actual.try_preadv2(
            aio_fildes[i]!,
            aio_buf[i]!,
            aio_nbytes[i]!,
            aio_offset[i]!,
            bind.RWF_NOWAIT,
          );
        const late = this.isAwaited ? -1 : nr - 1;
        Object.assign(found, { ended: 0, whole: 0 });
        for (let i = 0; i < nr; i++) {
          if (i === late) continue;
          res[i] = read(i);
          found.ended++;
          if (res[i] === aio_nbytes[i]) found.whole++;
        }
        if (late < 0) return late;
        res[late] = PENDING;
        const [fd, address, bytes, offset] = [aio_fildes, aio_buf, aio_nbytes, aio_offset].map(
          (column) => column[late]!,
        ) as [number, number, number, number];
        this.#read = () => actual.try_preadv2(fd, address, bytes, offset, bind.RWF_NOWAIT);
        return late;
      }),
      vi.spyOn(bind.IoRangeArray.prototype, 'ended', 'get').mockImplementation(() => found.ended),
      vi.spyOn(bind.IoRangeArray.prototype, 'whole', 'get').mockImplementation(() => found.whole),
      vi.spyOn(bind.ReadHelper.prototype, 'late').mockImplementation(() => {
        if (this.#read === null || !this.#hasEnded) return PENDING;
        const result = this.#read();
        this.#read = null;
        this.#hasEnded = false;
        return result;
      }),
    ];
  }

  /** There is one, of which its engine has not been told. */
  get isAwaited(): boolean {
    return this.#read !== null;
  }

  /** It ends, and says so. */
  end(): void {
    this.#hasEnded = true;
    const [[options] = []] = vi.mocked(bind.ReadHelper).mock.calls.slice(-1);
    writeSync(options!.watcher!.fd, BigUint64Array.of(1n));
  }

  [Symbol.dispose](): void {
    for (const spy of this.#spies) spy[Symbol.dispose]();
  }
}
