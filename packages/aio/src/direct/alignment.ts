// What direct I/O demands of a file, and what meets it.
import { AT_EMPTY_PATH, AT_STATX_DONT_SYNC, STATX_DIOALIGN, Statx, statx } from 'aio-bind';
import { viewAddress, viewBytes } from '../engine/addresses.js';
import type { Operation } from '../engine/operation.js';
import type { SweepRanges } from '../engine/sweep.js';

/** Of what transfers that go past the page cache have to be multiples, each a power of two. */
export interface DirectAlignment {
  /** The address of memory, in bytes: see `alignedBuffer`. */
  readonly memory: number;
  /** Position and length, in bytes. */
  readonly offset: number;
}

/** What suits every common device: for kernels before 6.1, sandboxes without statx(2), and file systems that do not say. */
const COMMON: DirectAlignment = { memory: 4096, offset: 4096 };

/** What a file that is open demands; null where the kernel says that it has no direct I/O. */
export function alignmentOf(fd: number): DirectAlignment | null {
  const stat = new Statx();
  try {
    statx(fd, '', AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_DIOALIGN, stat);
  } catch {
    return COMMON;
  }
  if ((stat.stx_mask & STATX_DIOALIGN) === 0) return COMMON;
  const { stx_dio_mem_align: memory, stx_dio_offset_align: offset } = stat;
  return memory === 0 || offset === 0 ? null : { memory, offset };
}

/** Whether the file's part of a transfer is in line. */
export function isRangeAligned({ offset, bytes }: Operation, alignment: DirectAlignment): boolean {
  return offset % alignment.offset === 0 && bytes % alignment.offset === 0;
}

/** Whether the memory's part is. Of several pieces each has to be, as the device takes them apart. */
export function isMemoryAligned(operation: Operation, alignment: DirectAlignment): boolean {
  const { vectors, address } = operation;
  if (vectors === null) return address % alignment.memory === 0;
  return vectors.views.every(
    (view) =>
      viewBytes(view) === 0 ||
      (viewAddress(view) % alignment.memory === 0 && viewBytes(view) % alignment.offset === 0),
  );
}

/** Whether all of these ranges and their memory are. */
export function areRangesAligned(
  ranges: SweepRanges,
  { memory, offset }: DirectAlignment,
): boolean {
  ranges.look();
  for (let index = 0; index < ranges.count; index++) {
    if (ranges.position(index) % offset !== 0 || ranges.length(index) % offset !== 0) return false;
    // Where there is no memory any more, its range fails in any case.
    if (ranges.length(index) > 0 && (ranges.address(index) ?? 0) % memory !== 0) return false;
  }
  return true;
}
