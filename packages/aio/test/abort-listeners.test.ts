// A signal has listeners besides ours.
import { getEventListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { writeFileSync } from 'node:fs';
import type { AioFileHandle } from '../src/index.js';
import { OwnEngine } from './support/own-engine.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
let own: OwnEngine;
let handle: AioFileHandle;
beforeAll(() => {
  folder = new TempFolder();
  writeFileSync(folder.file('file'), '0123456789');
});
afterAll(() => {
  folder[Symbol.dispose]();
});
beforeEach(async () => {
  own = new OwnEngine();
  handle = (await own.open(folder.file('file'), 'r')) as AioFileHandle;
});
afterEach(async () => {
  await handle.close();
  own[Symbol.dispose]();
});

const read = (signal: AbortSignal): Promise<unknown> =>
  handle.read(Buffer.alloc(4), { position: 0, signal } as object);

const aborted = { name: 'AbortError', code: 'ABORT_ERR' };

test('one that stops the event from being passed on keeps no operation from hearing of it', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  signal.addEventListener('abort', (event) => {
    event.stopImmediatePropagation();
  });
  const reads = [read(signal), read(signal)];
  expect(own.engine.stats().queued).toBe(2);
  controller.abort();
  for (const one of reads) await expect(one).rejects.toMatchObject(aborted);
  expect(own.engine.stats()).toMatchObject({ submitted: 0, queued: 0 });
});

test('one that aborts while ours begins to listen leaves none behind', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const listen = signal.addEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof listen>) => {
    listen(...args);
    controller.abort();
  };
  await expect(read(signal)).rejects.toMatchObject(aborted);
  await expect(read(signal)).rejects.toMatchObject(aborted);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('the signal is heard also behind an event that somebody else made', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const before = read(signal);
  signal.dispatchEvent(new Event('abort'));
  const behind = read(signal);
  controller.abort();
  for (const one of [before, behind]) await expect(one).rejects.toMatchObject(aborted);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
