import { getEventListeners } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AioFileHandle } from '../src/index.js';
import { collectGarbageUntil } from './support/collect-garbage.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

const FILE_BYTES = 1 << 20;

let folder: TempFolder;
let contents: Buffer;
beforeAll(() => {
  folder = new TempFolder();
  contents = writeNumbered(folder.file('file'), FILE_BYTES);
});
afterAll(() => folder[Symbol.dispose]());
beforeEach(() => {
  bringIn(folder.file('file'));
});

async function openOn(own: OwnEngine): Promise<AioFileHandle> {
  return (await own.open(folder.file('file'), 'r+')) as AioFileHandle;
}

/** Until it is let go, no completion is seen: whatever is submitted stays in flight. */
function holdCompletions(): { letGo: (handle: FileHandle) => Promise<void> } {
  const spies = [vi.mocked(bind.io_getevents_ring), vi.mocked(bind.io_getevents)];
  for (const spy of spies) spy.mockReturnValue(0);
  return {
    // The next operation has the engine look.
    letGo: async (handle) => {
      for (const spy of spies) spy.mockReset();
      await handle.read(Buffer.alloc(1), 0, 1, 0);
    },
  };
}
afterEach(() => {
  vi.mocked(bind.io_getevents_ring).mockReset();
  vi.mocked(bind.io_getevents).mockReset();
});

const read = (
  handle: AioFileHandle,
  options: { signal?: AbortSignal; timeout?: number },
  buffer = Buffer.alloc(64),
): Promise<{ bytesRead: number; buffer: Buffer }> =>
  handle.read(buffer, { position: 0, ...options } as { position: number });

const abortError = (cause: unknown): unknown =>
  expect.objectContaining({ name: 'AbortError', code: 'ABORT_ERR', cause });

describe('an aborted signal', () => {
  test('that was aborted already has nothing submitted', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const signal = AbortSignal.abort('enough');
    await expect(read(handle, { signal })).rejects.toEqual(abortError('enough'));
    await expect(handle.readFile({ signal })).rejects.toEqual(abortError('enough'));
    await expect(handle.writeFile('x', { signal })).rejects.toEqual(abortError('enough'));
    expect(own.engine.stats()).toMatchObject({ submitted: 0, queued: 0 });
    await handle.close();
  });

  test('withdraws an operation that is queued for the next submission', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const controller = new AbortController();
    const reading = read(handle, { signal: controller.signal });
    expect(own.engine.stats().queued).toBe(1);
    controller.abort('enough');
    expect(own.engine.stats().queued).toBe(0);
    await expect(reading).rejects.toEqual(abortError('enough'));
    await nextTurn();
    expect(own.engine.stats()).toMatchObject({ submitted: 0, inFlight: 0 });
    await handle.close();
  });

  test('withdraws an operation that waits for room, and those behind it go on', async () => {
    using own = new OwnEngine({ depth: 2 });
    const handle = await openOn(own);
    const controller = new AbortController();
    const first = [read(handle, {}), read(handle, {})];
    const given = [
      read(handle, { signal: controller.signal }),
      read(handle, { signal: controller.signal }),
    ];
    const last = [read(handle, {}), read(handle, {})];
    controller.abort('enough');
    for (const one of given) await expect(one).rejects.toEqual(abortError('enough'));
    for (const { bytesRead } of await Promise.all([...first, ...last])) expect(bytesRead).toBe(64);
    expect(own.engine.stats()).toMatchObject({ submitted: 4, completed: 4, queued: 0 });
    await handle.close();
  });

  test('of the only operation that takes up room lets those that wait go on', async () => {
    using own = new OwnEngine({ depth: 1 });
    const handle = await openOn(own);
    const controller = new AbortController();
    const given = read(handle, { signal: controller.signal });
    const waiting = read(handle, {});
    controller.abort();
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    expect((await waiting).bytesRead).toBe(64);
    await handle.close();
  });

  test('gives up on what is in flight, whose buffer stays until the kernel is done', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const held = holdCompletions();
    const controller = new AbortController();
    let buffer: WeakRef<Buffer> | undefined;
    const reading = (() => {
      const bytes = Buffer.from(new ArrayBuffer(64));
      buffer = new WeakRef(bytes);
      return read(handle, { signal: controller.signal }, bytes);
    })();
    await nextTurn();
    expect(own.engine.stats().inFlight).toBe(1);
    controller.abort('enough');
    await expect(reading).rejects.toEqual(abortError('enough'));
    expect(own.engine.stats().inFlight).toBe(1);
    const gone = (): boolean => buffer?.deref() === undefined;
    expect(await collectGarbageUntil(gone)).toBe(false);
    await held.letGo(handle);
    expect(own.engine.stats().inFlight).toBe(0);
    expect(await collectGarbageUntil(gone)).toBe(true);
    await handle.close();
  });

  test('keeps close() waiting for what the kernel still has', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const other = await openOn(own);
    const held = holdCompletions();
    const controller = new AbortController();
    const reading = read(handle, { signal: controller.signal });
    await nextTurn();
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    let closed = false;
    const closing = handle.close().then(() => (closed = true));
    await nextTurn();
    expect(closed).toBe(false);
    expect(handle.fd).toBeGreaterThan(-1);
    await held.letGo(other);
    await closing;
    expect(handle.fd).toBe(-1);
    await other.close();
  });

  test('comes too late for what has settled', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const controller = new AbortController();
    const { bytesRead } = await read(handle, { signal: controller.signal });
    controller.abort();
    expect(bytesRead).toBe(64);
    // The operation's record serves another now, which the signal must not touch.
    expect((await read(handle, {})).bytesRead).toBe(64);
    await handle.close();
  });

  test('rejects what waits for its turn at the descriptor, and its turn passes', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const controller = new AbortController();
    const reads = [undefined, controller.signal, undefined].map((signal) =>
      handle.read(Buffer.alloc(8), { signal, position: null } as { position: null }),
    );
    controller.abort('enough');
    await expect(reads[1]).rejects.toEqual(abortError('enough'));
    expect((await reads[0])?.buffer.equals(contents.subarray(0, 8))).toBe(true);
    expect((await reads[2])?.buffer.equals(contents.subarray(8, 16))).toBe(true);
    await handle.close();
  });
});

describe('a timeout', () => {
  test('gives up on what is in flight, with the TimeoutError as its cause', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const held = holdCompletions();
    const cause = expect.objectContaining({ name: 'TimeoutError' }) as unknown;
    await expect(read(handle, { timeout: 1 })).rejects.toEqual(abortError(cause));
    expect(own.engine.stats().inFlight).toBe(1);
    await held.letGo(handle);
    await handle.close();
  });

  test('that is never reached makes no difference', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const { bytesRead, buffer } = await read(handle, { timeout: 2 ** 31 - 1 });
    expect(bytesRead).toBe(64);
    expect(buffer.equals(contents.subarray(0, 64))).toBe(true);
    await handle.close();
  });
});

test('10,000 reads with the same signal, 100 at a time, have one listener on it, and leave none', async () => {
  using own = new OwnEngine({ depth: 16 });
  const handle = await openOn(own);
  const { signal } = new AbortController();
  for (let round = 0; round < 100; round++) {
    const reads = Array.from({ length: 100 }, () => read(handle, { signal }));
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    await Promise.all(reads);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  }
  await handle.close();
});

describe('options that refuse to be read', () => {
  const error = new Error('not again');
  /** As often as that it gives what is asked for, and then throws. */
  function refusing(field: 'signal' | 'timeout', value: unknown, times: number): object {
    return {
      get [field]() {
        if (times-- > 0) return value;
        throw error;
      },
    };
  }
  const stubborn = new AbortController().signal;
  stubborn.addEventListener = () => {
    throw error;
  };
  const options = [
    ...[0, 1, 2, 3].map((times) => refusing('signal', new AbortController().signal, times)),
    ...[0, 1, 2, 3].map((times) => refusing('timeout', 2 ** 31 - 1, times)),
    { signal: stubborn },
  ];

  test.for([
    ['sync', (handle: AioFileHandle, given: object) => handle.sync(given)],
    ['write', (handle: AioFileHandle, given: object) => handle.write(Buffer.alloc(1), given)],
    [
      'writev',
      (handle: AioFileHandle, given: object) => handle.writev([Buffer.alloc(1)], 0, given),
    ],
    [
      'readMany',
      (handle: AioFileHandle, given: object) =>
        handle.readMany([{ buffer: Buffer.alloc(1), position: 0 }], given),
    ],
  ] as const)('leave nothing of a %s that a close would wait for', async ([, begin]) => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    for (const given of options) {
      await (async () => begin(handle, given))().catch((reason: unknown) => {
        expect(reason).toBe(error);
      });
    }
    await handle.sync();
    await handle.close();
    expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  });
});
