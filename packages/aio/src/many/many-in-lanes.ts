import { constants } from 'node:os';
import { viewBytes } from '../engine/addresses.js';
import { transferred } from '../engine/transferred.js';
import type { SweepRanges } from '../engine/sweep.js';

/** A read or write of one range. */
export type RangeTransfer = (
  view: NodeJS.ArrayBufferView,
  offset: number,
  length: number,
  position: number,
) => Promise<unknown>;

/** Ranges as so many transfers, some of them at a time: for files that the engine has no sweeps for. */
export class ManyInLanes {
  readonly #lanes: number;
  readonly #transfer: RangeTransfer;
  readonly #ranges: SweepRanges;
  readonly #results: number[];
  readonly #resolve: (results: readonly number[]) => void;
  #next = 0;

  /** @param lanes - how many transfers are under way at a time */
  constructor(
    lanes: number,
    transfer: RangeTransfer,
    ranges: SweepRanges,
    resolve: (results: readonly number[]) => void,
  ) {
    this.#lanes = lanes;
    this.#transfer = transfer;
    this.#ranges = ranges;
    this.#results = new Array<number>(ranges.count).fill(0);
    this.#resolve = resolve;
  }

  start(): void {
    const lanes = Array.from({ length: Math.min(this.#lanes, this.#ranges.count) }, () =>
      this.#lane(),
    );
    void Promise.all(lanes).then(() => {
      this.#resolve(this.#results);
    });
  }

  abandon(): void {
    this.#next = this.#ranges.count;
  }

  async #lane(): Promise<void> {
    while (this.#next < this.#ranges.count) {
      const index = this.#next++;
      this.#results[index] = await this.#one(index);
    }
  }

  async #one(index: number): Promise<number> {
    const ranges = this.#ranges;
    const length = ranges.length(index);
    if (length === 0) return 0;
    const view = ranges.view(index);
    const offset = ranges.offset(index);
    // Not by its address, of which nothing is known where there is no addon.
    if (offset + length > viewBytes(view)) return -constants.errno.EFAULT;
    return transferred(this.#transfer(view, offset, length, ranges.position(index)));
  }
}
