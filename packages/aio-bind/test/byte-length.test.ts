// What a view is, whatever it says of itself; and that nothing reaches beyond it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  IocbSlab,
  Iocb,
  IoVecArray,
  addressOf,
  io_prep_pread,
  io_submit,
  try_preadv2,
} from '../src/index.js';
import { byteLengthOf } from '../src/byte-length.js';
import { Context } from './context.js';
import { outOfRange } from './support/refusals.js';
import { type File, tempFile } from './temp-file.js';

const SAID = 4096;
const memory = new ArrayBuffer(8192);

/** Says that it has more, elsewhere. */
class Boaster extends Uint8Array {
  override get byteLength(): never {
    return SAID as never;
  }
  override get length(): never {
    return SAID as never;
  }
  override get byteOffset(): never {
    return 0 as never;
  }
  override get buffer(): never {
    return new ArrayBuffer(SAID) as never;
  }
}

function boastingDataView(): DataView {
  const view = new DataView(memory, 24, 16);
  return Object.defineProperties(view, {
    byteLength: { value: SAID },
    byteOffset: { value: 0 },
    buffer: { value: new ArrayBuffer(SAID) },
  });
}

const views = [
  ['a Uint8Array that boasts', new Boaster(memory, 24, 16)],
  ['a DataView that boasts', boastingDataView()],
  ['a Float64Array', new Float64Array(memory, 24, 2)],
  ['a Buffer', Buffer.from(memory, 24, 16)],
] as const;

test.each(views)('of %s the true memory is told', (_, view) => {
  expect(byteLengthOf(view)).toBe(16);
  expect(addressOf(view)).toBe(addressOf(memory) + 24);
});

test('of memory that is detached nothing is left, of what is no memory nothing is told', () => {
  const buffer = new ArrayBuffer(64);
  const kept = [new Uint8Array(buffer, 8), new DataView(buffer, 8)] as const;
  structuredClone(buffer, { transfer: [buffer] });
  for (const view of kept) expect(byteLengthOf(view)).toBe(0);
  expect(byteLengthOf(buffer)).toBe(0);
  expect(byteLengthOf({ byteLength: 8 } as never)).toBe(0);
});

describe('what boasts', () => {
  let context: Context;
  let slab: IocbSlab;
  let file: File;
  beforeAll(() => {
    context = new Context(4);
    slab = new IocbSlab(4);
    file = tempFile(Buffer.alloc(SAID, 0x77));
  });
  afterAll(() => {
    context[Symbol.dispose]();
    file.close();
  });

  test.each(views.slice(0, 2))('is refused where its memory ends: %s', (_, view) => {
    const iocb = new Iocb(slab, 0);
    io_prep_pread(iocb, file.fd, view, 17, 0);
    expect(() => io_submit(context.ctx, 1, [iocb])).toThrow(outOfRange);
    expect(() => try_preadv2(file.fd, view, 17, 0, 0)).toThrow(outOfRange);
    expect(new IoVecArray([view]).len(0)).toBe(16n);
  });

  test('of how many slots it has is refused by the addon itself', () => {
    class Slots extends Uint32Array {
      override get length(): never {
        return 4 as never;
      }
    }
    expect(() => io_submit(context.ctx, 4, slab, new Slots(1))).toThrow(outOfRange);
    expect(slab.inFlight()).toBe(0);
  });
});
