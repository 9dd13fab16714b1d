// A buffered transfer has no eventfd, for it has ended when io_submit returns. Where a file system breaks
// that rule the engine must find what goes on, and not suspect those that keep it.
import { statSync } from 'node:fs';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { BUFFERED_READ, deviceOf } from '../src/engine/device.js';
import type * as OwnTimers from '../src/engine/own-timers.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';
import { submitUnseen } from './support/unseen-ranges.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });
// The engine's own timers, to be put forward here.
vi.mock('../src/engine/own-timers.js', async (original) => ({
  ...(await original<typeof OwnTimers>()),
  setTimeout: (callback: () => void, delay: number) => setTimeout(callback, delay),
}));

const FILE_BYTES = 1 << 20;
/** From which size on a submit thread has it at once. */
const LARGE = 1 << 18;

let folder: TempFolder;
let path: string;
beforeAll(() => {
  folder = new TempFolder();
  path = folder.file('file');
  writeNumbered(path, FILE_BYTES);
});
afterAll(() => folder[Symbol.dispose]());
beforeEach(() => {
  bringIn(path);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.mocked(bind.io_getevents_ring).mockReset();
  vi.mocked(bind.io_submit_ranges).mockReset();
  device().completesLate = 0;
});

const device = (): ReturnType<typeof deviceOf> => deviceOf(statSync(path).dev);
const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** What the threads say of themselves, in place of the truth. */
function threads(state: { readonly queued: () => number; readonly running: () => number }): void {
  vi.spyOn(bind.SubmitThreads.prototype, 'queued', 'get').mockImplementation(state.queued);
  vi.spyOn(bind.SubmitThreads.prototype, 'running', 'get').mockImplementation(state.running);
}

test.for([4096, LARGE])(
  'a read of %i bytes that comes late is found, and what is like it is announced from then on',
  async (length) => {
    using own = new OwnEngine();
    const handle = await own.open(path, 'r');
    const actual = await vi.importActual<typeof bind>('aio-bind');
    // Seen to end in line, a small one that is alone would not go by io_submit.
    device().endsInLine = 0;
    vi.mocked(bind.io_submit_ranges).mockImplementationOnce((...args) =>
      submitUnseen(actual, ...args),
    );
    vi.mocked(bind.io_getevents_ring).mockImplementation((ctx, nr, events) =>
      // Once it has been missed.
      device().completesLate === 0 ? 0 : actual.io_getevents_ring(ctx, nr, events),
    );
    expect(await handle.read(Buffer.alloc(length), 0, length, 0)).toMatchObject({
      bytesRead: length,
    });
    expect(device().completesLate).toBe(BUFFERED_READ);
    const { inLine } = own.engine.stats();
    await handle.read(Buffer.alloc(length), 0, length, 0);
    expect(own.engine.stats()).toMatchObject({ inLine, inFlight: 0, completed: 2 });
    await handle.close();
  },
);

test('a read that a thread ends just after the engine has looked is not held to be late', async () => {
  using own = new OwnEngine();
  const handle = await own.open(path, 'r');
  const actual = await vi.importActual<typeof bind>('aio-bind');
  let running = 0;
  threads({ queued: () => 0, running: () => running });
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  vi.mocked(bind.io_getevents_ring).mockImplementation(() => {
    running = 0;
    return 0;
  });
  const reading = handle.read(Buffer.alloc(LARGE), 0, LARGE, 0);
  await tick();
  expect(vi.getTimerCount()).toBe(1);
  running = 1;
  vi.advanceTimersByTime(1);
  expect(running).toBe(0);
  expect(device().completesLate).toBe(0);
  vi.mocked(bind.io_getevents_ring).mockImplementation(actual.io_getevents_ring);
  expect(await reading).toMatchObject({ bytesRead: LARGE });
  await handle.close();
});

test('a read that a thread takes while the engine asks is not held to be late', async () => {
  using own = new OwnEngine();
  const handle = await own.open(path, 'r');
  let isTaken = false;
  const asked = (where: number): number => {
    isTaken = true;
    return where;
  };
  threads({
    queued: () => asked(isTaken ? 0 : 1),
    running: () => asked(isTaken ? 1 : 0),
  });
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const reading = handle.read(Buffer.alloc(LARGE), 0, LARGE, 0);
  await tick();
  expect(isTaken).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  expect(await reading).toMatchObject({ bytesRead: LARGE });
  await handle.close();
});
