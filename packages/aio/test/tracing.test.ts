// Whoever traces hears of each operation's start and of its end, whatever ends it, where it was asked for.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { OperationMessage } from '../src/engine/tracing.js';
import { type AioFileHandle, open } from '../src/index.js';
import { OwnEngine } from './support/own-engine.js';
import { writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const { ECANCELED, EFAULT } = constants.errno;
const FILE_BYTES = 1 << 20;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
  writeNumbered(folder.file('file'), FILE_BYTES);
});
afterAll(() => folder[Symbol.dispose]());

const who = new AsyncLocalStorage<string>();
let starts: OperationMessage[] = [];
let ends: (OperationMessage & { readonly who: string | undefined })[] = [];
const onStart = (message: unknown): void => void starts.push(message as OperationMessage);
const onEnd = (message: unknown): void => {
  ends.push({ ...(message as OperationMessage), who: who.getStore() });
};
beforeEach(() => {
  starts = [];
  ends = [];
  subscribe('aio.operation.start', onStart);
  subscribe('aio.operation.end', onEnd);
});
afterEach(() => {
  unsubscribe('aio.operation.start', onStart);
  unsubscribe('aio.operation.end', onEnd);
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what is taken back before the kernel has it has an end', async () => {
  using own = new OwnEngine();
  const handle = (await own.open(folder.file('file'), 'r+')) as AioFileHandle;
  const given = new AbortController();
  const { signal } = given;
  const asked = [
    handle.read(Buffer.alloc(8), { position: 0, signal }),
    handle.write(Buffer.alloc(8), { position: 0, signal }),
    handle.readMany({ buffer: Buffer.alloc(64), positions: [0, 100, 200], lengths: 8 }, { signal }),
  ];
  given.abort();
  for (const one of await Promise.allSettled(asked)) expect(one.status).toBe('rejected');
  await turn();
  expect(starts).toHaveLength(5);
  expect(ends.map(({ result }) => result)).toEqual(Array(5).fill(-ECANCELED));
  await handle.close();
});

test('a range whose memory has gone has an end', async () => {
  using own = new OwnEngine();
  const handle = (await own.open(folder.file('file'), 'r')) as AioFileHandle;
  const buffers = [Buffer.alloc(8), Buffer.allocUnsafeSlow(8), Buffer.alloc(8)];
  const reading = handle.readMany(buffers.map((buffer, i) => ({ position: 9 * i, buffer })));
  structuredClone(buffers[1]!.buffer, { transfer: [buffers[1]!.buffer] });
  await reading.catch(() => undefined);
  await turn();
  expect(starts).toHaveLength(3);
  expect(ends.map(({ result }) => result).toSorted()).toEqual([-EFAULT, 8, 8].toSorted());
  await handle.close();
});

test('the end is told where the operation was asked for', async () => {
  const handle: AioFileHandle = await who.run('opens', () => open(folder.file('file'), 'r+'));
  await Promise.all([
    who.run('reads', () => handle.read(Buffer.alloc(8), 0, 8, 0)),
    who.run('writes', () => handle.write(Buffer.alloc(8), 0, 8, 0)),
    who.run('reads many', () =>
      handle.readMany({ buffer: Buffer.alloc(16), positions: [0, 100], lengths: 8 }),
    ),
  ]);
  await who.run('syncs', () => handle.datasync());
  const told = ends.map((end) => `${end.who}: ${end.syscall}`);
  expect(told.toSorted()).toEqual([
    'reads many: read',
    'reads many: read',
    'reads: read',
    'syncs: fdatasync',
    'writes: write',
  ]);
  await handle.close();
});
