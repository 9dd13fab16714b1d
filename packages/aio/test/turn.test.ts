// Reads that end in line must not keep anybody else from their turn. Progress is counted in turns of
// the event loop, not in time.
import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open, stats } from '../src/index.js';
import { bringIn, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const TURNS = 400;
const LOOPS = 64;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

/** A socket whose peer sends back what comes. */
async function echo(): Promise<{ socket: Socket; end: () => Promise<void> }> {
  const server = createServer((peer) => peer.setNoDelay().pipe(peer));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket.setNoDelay(), 'connect');
  return {
    socket,
    end: async () => {
      socket.end();
      await once(server.close(), 'close');
    },
  };
}

test('while 64 loops read without end, setImmediate, timers and sockets have their turns', async () => {
  const path = folder.file('cached');
  writeNumbered(path, 1 << 20);
  bringIn(path);
  const handle = await open(path);
  const { socket, end } = await echo();
  await handle.readFile();
  const { offloaded } = stats() ?? {};
  const seen = { turns: 0, timers: 0, echoes: 0, reads: 0 };
  const over = (): boolean => seen.turns >= TURNS;

  const reading = Array.from({ length: LOOPS }, async (_, lane) => {
    const buffer = Buffer.alloc(4096);
    while (!over()) {
      const { bytesRead } = await handle.read(buffer, 0, 4096, lane * 4096);
      expect(bytesRead).toBe(4096);
      seen.reads++;
    }
  });
  const onTimer = (): void => {
    seen.timers++;
    if (!over()) setTimeout(onTimer, 0);
  };
  setTimeout(onTimer, 0);
  socket.on('data', () => {
    seen.echoes++;
    if (!over()) socket.write('x');
  });
  socket.write('x');
  await new Promise<void>((resolve) => {
    const onTurn = (): void => {
      seen.turns++;
      if (over()) resolve();
      else setImmediate(onTurn);
    };
    setImmediate(onTurn);
  });
  await Promise.all(reading);
  await end();

  // A round trip through this loop takes a turn for the peer and one for us, besides the kernel's.
  expect(seen.echoes).toBeGreaterThan(TURNS / 10);
  expect(seen.timers).toBeGreaterThan(TURNS / 10);
  // And the turns were full of work.
  expect(seen.reads).toBeGreaterThan(TURNS * LOOPS);
  expect(stats()?.offloaded).toBe(offloaded);
  await handle.close();
});

test('writes that are awaited one by one make no turns of their own', async () => {
  const handle = await open(folder.file('one-by-one'), 'w', { backend: 'kernel' });
  const WRITES = 50;
  let immediates = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'Immediate') immediates++;
    },
  }).enable();
  for (let i = 0; i < WRITES; i++) await handle.write(Buffer.alloc(64), 0, 64, i * 64);
  hook.disable();
  await handle.close();
  // Others may have some.
  expect(immediates).toBeLessThan(WRITES / 2);
});
