import { stackAddress } from 'aio-bind';

/** A call from there has nearly all of a stack below it, which is 984 KiB unless somebody has said otherwise. */
const NEAR_BYTES = 1 << 15;

/** How far from the event loop on its stack whoever calls is. */
export class StackDepth {
  /** Where the loop calls from, in bytes. */
  #loop = Number.NaN;

  /** The caller is called by the loop. */
  noteLoop(): void {
    if (Number.isNaN(this.#loop)) this.#loop = stackAddress();
  }

  /** Whether what is called now does not come to the end of the stack: false, too, where nothing is known of the loop yet. */
  isNearLoop(): boolean {
    return Math.abs(this.#loop - stackAddress()) < NEAR_BYTES;
  }
}
