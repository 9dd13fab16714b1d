// Random batches against a model of the file in memory: each event exactly once, with the right
// bytes, whichever way operations go in and events come out.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  IOCB_CMD_PWRITE,
  IOCB_CMD_PWRITEV,
  IoEventArray,
  IoVecArray,
  Iocb,
  IocbSlab,
  Timespec,
  aio_context_t,
  io_destroy,
  io_getevents,
  io_getevents_ring,
  io_prep_pread,
  io_prep_preadv,
  io_prep_pwrite,
  io_prep_pwritev,
  io_setup,
  io_submit,
} from '../src/index.js';
import { rounds as thorough } from './support/rounds.js';
import { unlessInterrupted } from './waiting.js';

const RUNS = thorough(500, 10);
const ROUNDS_PER_RUN = 200;
const SLOTS = 16;
const FILE_BYTES = 1 << 16;
const MAX_LENGTH = 1 << 13;

/** One draw decides one operation: its kind, where, how much. */
interface Draw {
  readonly opcode: number;
  readonly offset: number;
  readonly length: number;
  readonly cut: number;
}

/** One round: what to submit, how, and how many events to collect at most before the next. */
interface Round {
  readonly draws: readonly Draw[];
  readonly bySlots: boolean;
  readonly byRing: boolean;
  readonly collect: number;
}

const draw: fc.Arbitrary<Draw> = fc.nat({ max: 2 ** 31 - 1 }).map((bits) => ({
  opcode: [0, 1, 7, 8][bits & 3] ?? 0,
  // Beyond the end too: reads come short or empty there; writes are kept inside.
  offset: (bits >>> 2) % (FILE_BYTES + 4096),
  length: (bits >>> 11) % MAX_LENGTH,
  cut: (bits >>> 5) % MAX_LENGTH,
}));

const round: fc.Arbitrary<Round> = fc
  .tuple(fc.array(draw, { maxLength: 6 }), fc.nat({ max: 255 }))
  .map(([draws, bits]) => ({
    draws,
    bySlots: (bits & 1) === 0,
    byRing: (bits & 2) === 0,
    collect: bits >>> 2,
  }));

interface Pending {
  readonly slot: number;
  readonly writes: boolean;
  readonly offset: number;
  readonly end: number;
  readonly res: number;
  /** For a read: where the bytes go, and what they must be. */
  readonly into: Buffer | null;
  readonly bytes: Buffer | null;
}

let folder: string;
let fd: number;
let ctx: aio_context_t;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'aio-bind-'));
  const file = path.join(folder, 'data');
  writeFileSync(file, Buffer.alloc(FILE_BYTES));
  fd = openSync(file, 'r+');
  ctx = new aio_context_t();
  io_setup(SLOTS, ctx);
});

afterEach(() => {
  io_destroy(ctx);
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

class Machine {
  readonly model = Buffer.alloc(FILE_BYTES);
  readonly slab = new IocbSlab(SLOTS);
  readonly events = new IoEventArray(SLOTS);
  readonly pending = new Map<bigint, Pending>();
  readonly free = Array.from({ length: SLOTS }, (_, slot) => slot);
  #tag = 0n;
  #fill = 0;

  constructor(writeAll: (bytes: Buffer) => void) {
    writeAll(this.model);
  }

  submit({ draws, bySlots }: Round): number {
    const slots = draws.flatMap((drawn) => this.#prepare(drawn) ?? []);
    const accepted = bySlots
      ? io_submit(ctx, slots.length, this.slab, Uint32Array.from(slots))
      : io_submit(
          ctx,
          slots.length,
          slots.map((slot) => new Iocb(this.slab, slot)),
        );
    expect(accepted).toBe(slots.length);
    return accepted;
  }

  /** Nothing, where the operation would race another, or there is no slot for it. */
  #prepare({ opcode, offset, length, cut }: Draw): number | undefined {
    const writes = opcode === IOCB_CMD_PWRITE || opcode === IOCB_CMD_PWRITEV;
    const end = writes ? Math.min(offset + length, FILE_BYTES) : offset + length;
    const nbytes = Math.max(end - offset, 0);
    for (const other of this.pending.values()) {
      const overlap = other.offset < end && offset < other.end;
      if (overlap && (writes || other.writes)) return undefined;
    }
    const slot = this.free.pop();
    if (slot === undefined) return undefined;

    const buffer = Buffer.alloc(nbytes, ++this.#fill & 0xff);
    const iocb = new Iocb(this.slab, slot);
    const pieces = new IoVecArray([buffer.subarray(0, cut), buffer.subarray(cut)]);
    if (opcode === 0) io_prep_pread(iocb, fd, buffer, nbytes, offset);
    else if (opcode === 1) io_prep_pwrite(iocb, fd, buffer, nbytes, offset);
    else if (opcode === 7) io_prep_preadv(iocb, fd, pieces, 2, offset);
    else io_prep_pwritev(iocb, fd, pieces, 2, offset);
    iocb.aio_data = ++this.#tag;

    if (writes) buffer.copy(this.model, offset);
    const bytes = writes ? null : Buffer.from(this.model.subarray(offset, end));
    const into = writes ? null : buffer;
    const res = bytes?.length ?? nbytes;
    this.pending.set(this.#tag, { slot, writes, offset, end, res, into, bytes });
    return slot;
  }

  collect({ byRing, collect }: Round): void {
    const nr = Math.min(collect, SLOTS);
    const count = byRing
      ? io_getevents_ring(ctx, nr, this.events)
      : unlessInterrupted(() => io_getevents(ctx, 0, nr, this.events, new Timespec(0, 0)));
    this.#settle(count);
  }

  drain(): void {
    while (this.pending.size > 0) {
      this.#settle(unlessInterrupted(() => io_getevents(ctx, 1, SLOTS, this.events, null)));
    }
    expect(io_getevents_ring(ctx, SLOTS, this.events)).toBe(0);
    expect(this.slab.inFlight()).toBe(0);
  }

  #settle(count: number): void {
    for (let i = 0; i < count; i++) {
      const { data, obj, res, res2 } = this.events.at(i);
      const expected = this.pending.get(data);
      if (expected === undefined) throw new Error(`event ${data} came twice, or was never asked`);
      this.pending.delete(data);
      if (Number(res) !== expected.res) {
        throw new Error(`event ${data}: res ${res}, not ${expected.res}`);
      }
      if (res2 !== 0n) throw new Error(`event ${data}: res2 ${res2}`);
      if (this.slab.slotOf(obj) !== expected.slot) throw new Error(`event ${data}: another obj`);
      if (expected.into && expected.bytes) {
        const read = expected.into.subarray(0, expected.res);
        if (!read.equals(expected.bytes)) throw new Error(`event ${data}: other bytes`);
      }
      this.free.push(expected.slot);
    }
  }
}

const TOTAL = (RUNS * ROUNDS_PER_RUN).toLocaleString('en');

test(`${TOTAL} rounds of random batches give each event exactly once, with the right bytes`, () => {
  const blank = Buffer.alloc(FILE_BYTES);
  let rounds = 0;
  let operations = 0;
  fc.assert(
    fc.property(
      fc.array(round, { minLength: ROUNDS_PER_RUN, maxLength: ROUNDS_PER_RUN }),
      (script) => {
        const machine = new Machine((bytes) => {
          blank.copy(bytes);
          writeWhole(bytes);
        });
        for (const step of script) {
          operations += machine.submit(step);
          machine.collect(step);
          rounds++;
        }
        machine.drain();
        expect(readWhole().equals(machine.model)).toBe(true);
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(rounds).toBe(RUNS * ROUNDS_PER_RUN);
  // Most draws must have become operations, or nothing was shown.
  expect(operations).toBeGreaterThan(rounds);
}, 300_000);

/** The whole file by one operation, apart from the machine under test. */
function whole(prepare: typeof io_prep_pread, buffer: Buffer): void {
  const iocb = new Iocb();
  prepare(iocb, fd, buffer, FILE_BYTES, 0);
  expect(io_submit(ctx, 1, [iocb])).toBe(1);
  const events = new IoEventArray(1);
  expect(io_getevents(ctx, 1, 1, events, null)).toBe(1);
  expect(events.at(0).res).toBe(BigInt(FILE_BYTES));
}

function writeWhole(bytes: Buffer): void {
  whole(io_prep_pwrite, bytes);
}

function readWhole(): Buffer {
  const bytes = Buffer.alloc(FILE_BYTES);
  whole(io_prep_pread, bytes);
  return bytes;
}
