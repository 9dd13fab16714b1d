// A view that says that it has more memory than it has, or has it elsewhere: nothing is written beyond what it has.
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  AioContext,
  type AioFileHandle,
  ReadOperation,
  ReadvOperation,
  open,
} from '../src/index.js';
import { numberedBytes } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const BYTES = 1 << 16;
const AT = 4096;
const HAS = 100;
const SAYS = 8192;

let folder: TempFolder;
let memory: Uint8Array<ArrayBuffer>;
let view: Uint8Array;

/** Whose getters are a program's own. */
class Boaster extends Uint8Array {
  override get byteLength(): never {
    return SAYS as never;
  }
  override get length(): never {
    return SAYS as never;
  }
}

beforeAll(() => {
  folder = new TempFolder();
  writeFileSync(folder.file('file'), numberedBytes(BYTES));
});
afterAll(() => {
  folder[Symbol.dispose]();
});
beforeEach(() => {
  memory = new Uint8Array(4 * SAYS);
  view = new Boaster(memory.buffer, AT, HAS);
});
afterEach(() => {
  expect(memory.subarray(0, AT).every((byte) => byte === 0)).toBe(true);
  expect(memory.subarray(AT + HAS).every((byte) => byte === 0)).toBe(true);
});

/** What it has, read through a view that tells the truth. */
const got = (): Buffer => Buffer.from(memory.slice(AT, AT + HAS));

async function withHandle(
  work: (handle: AioFileHandle) => Promise<void>,
  options = {},
): Promise<void> {
  const handle = await open(folder.file('file'), 'r+', options);
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}

const refusals = { direct: { direct: true }, buffered: {} } as const;

test.each(Object.entries(refusals))('is refused by a %s handle where it ends', (_, options) =>
  withHandle(async (handle) => {
    const refused = { name: 'TypeError', code: 'ERR_INVALID_STATE' };
    await expect(handle.read(view, 0, SAYS, 0)).rejects.toMatchObject(refused);
    await expect(handle.read(view, HAS, 1, 0)).rejects.toMatchObject(refused);
    await expect(handle.write(view, 0, HAS + 1, 0)).rejects.toMatchObject(refused);
    // What Node would refuse too, it refuses.
    await expect(handle.read(view, 0, SAYS + 1, 0)).rejects.toMatchObject({
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
    });
    expect(await handle.read(view, 0, HAS, 512)).toMatchObject({ bytesRead: HAS });
    expect(got()).toEqual(numberedBytes(BYTES).subarray(512, 512 + HAS));
  }, options),
);

test.each(Object.entries(refusals))(
  'is filled as far as it goes by readv of a %s handle',
  (_, options) =>
    withHandle(async (handle) => {
      expect(await handle.readv([view], 512)).toMatchObject({ bytesRead: HAS });
      expect(got()).toEqual(numberedBytes(BYTES).subarray(512, 512 + HAS));
    }, options),
);

test('is refused by readMany, whatever the shape of the ranges', () =>
  withHandle(async (handle) => {
    const refused = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };
    const positions = [0, 4096];
    await expect(handle.readMany({ buffer: view, positions, lengths: HAS })).rejects.toMatchObject(
      refused,
    );
    await expect(
      handle.readMany({ buffer: view, positions, lengths: [HAS, 1] }),
    ).rejects.toMatchObject(refused);
    await expect(
      handle.readMany([{ buffer: view, position: 0, length: HAS + 1 }]),
    ).rejects.toMatchObject(refused);
    const { bytes } = await handle.readMany([{ buffer: view, position: 512 }]);
    expect(bytes).toBe(HAS);
    expect(got()).toEqual(numberedBytes(BYTES).subarray(512, 512 + HAS));
  }));

test('is as long as it is for operations', async () => {
  await using context = new AioContext();
  await withHandle(async (handle) => {
    const read = new ReadOperation({ file: handle, buffer: view });
    expect(read.length).toBe(HAS);
    expect(() => (read.length = HAS + 1)).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
    const event = await context.run(read);
    expect(event.bytes()).toHaveLength(HAS);
    const vector = await context.run(new ReadvOperation({ file: handle, buffers: [view] }));
    expect(vector.result).toBe(HAS);
    expect(vector.bytes().map(({ length }) => length)).toEqual([HAS]);
  });
});

test('is refused where it boasts of its own, not of its class', () =>
  withHandle(async (handle) => {
    const plain = new Uint8Array(memory.buffer, AT, HAS);
    Object.defineProperties(plain, {
      byteLength: { value: SAYS },
      byteOffset: { value: 0 },
      buffer: { value: new ArrayBuffer(SAYS) },
    });
    await expect(handle.read(plain, 0, SAYS, 0)).rejects.toMatchObject({
      code: 'ERR_INVALID_STATE',
    });
    expect(await handle.read(plain, 0, HAS, 512)).toMatchObject({ bytesRead: HAS });
    expect(got()).toEqual(numberedBytes(BYTES).subarray(512, 512 + HAS));
  }));
