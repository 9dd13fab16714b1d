// What the kernel makes up as it is read is Node's: some of it cannot be written at a position, and nothing is written twice.
import nodeFs from 'node:fs';
import { open as nodeOpen } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import fs from '../src/fs.js';
import { isMadeUp } from '../src/engine/made-up-files.js';
import { open, stats } from '../src/index.js';

const NAME = '/proc/self/comm';
const nameNow = (): string => nodeFs.readFileSync(NAME, 'utf8');

beforeEach(() => {
  nodeFs.writeFileSync(NAME, 'before');
});

type Handle = Awaited<ReturnType<typeof nodeOpen>>;

const WAYS: Record<string, (handle: Handle) => Promise<unknown>> = {
  write: (handle) => handle.write('by write'),
  writev: (handle) => handle.writev([Buffer.from('by writev')]),
  writeFile: (handle) => handle.writeFile('by file'),
  appendFile: (handle) => handle.appendFile('by append'),
  stream: async (handle) => {
    await finished(handle.createWriteStream().end('by stream'));
  },
};

test.for(
  Object.keys(WAYS).flatMap((way) => ['w', 'r+', 'a'].map((flags) => [way, flags] as const)),
)('%s with %s', async ([way, flags]) => {
  const outcomes = [];
  for (const opened of [nodeOpen, open]) {
    nodeFs.writeFileSync(NAME, 'before');
    const handle = await opened(NAME, flags);
    await WAYS[way]!(handle);
    outcomes.push(nameNow());
    await handle.close();
  }
  expect(outcomes[0]).toMatch(/^by /);
  expect(outcomes[1]).toBe(outcomes[0]);
});

test('a position that a file does not move stays where it was', async () => {
  const outcomes = [];
  for (const opened of [nodeOpen, open]) {
    const handle = await opened('/proc/self/oom_score_adj', 'r+');
    await handle.write(nodeFs.readFileSync('/proc/self/oom_score_adj', 'utf8').trim());
    outcomes.push(await handle.readFile('utf8'));
    await handle.close();
  }
  expect(outcomes[1]).toBe(outcomes[0]);
});

test('with callbacks', async () => {
  const fd = fs.openSync(NAME, 'r+');
  await promisify(fs.write)(fd, Buffer.from('by fs'));
  fs.closeSync(fd);
  expect(nameNow()).toBe('by fs\n');
});

test('reads that follow one another are of what follows', async () => {
  const whole = nodeFs.readFileSync('/proc/self/environ');
  const handle = await open('/proc/self/environ');
  const reads = [];
  for (let i = 0; i < 4; i++) {
    reads.push(handle.read(Buffer.alloc(16), 0, 16));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const pieces = (await Promise.all(reads)).map(({ buffer, bytesRead }) =>
    buffer.subarray(0, bytesRead),
  );
  // Node's threads may take them in another order.
  for (const piece of pieces) expect(whole.includes(piece)).toBe(true);
  expect(new Set(pieces.map((piece) => whole.indexOf(piece))).size).toBe(4);
  await handle.close();
});

test('no operation of the engine is made for them', async () => {
  await (await open('/')).close();
  const before = stats()?.submitted;
  const handle = await open('/proc/self/status');
  expect((await handle.readFile('utf8')).startsWith('Name:')).toBe(true);
  await handle.close();
  expect(stats()?.submitted).toBe(before);
});

test('which they are', () => {
  const devOf = (path: string): number => nodeFs.statSync(path).dev;
  expect(isMadeUp(devOf('/proc'))).toBe(true);
  expect(isMadeUp(devOf('/sys'))).toBe(true);
  expect(isMadeUp(devOf('/'))).toBe(false);
  expect(isMadeUp(devOf('/dev'))).toBe(false);
  expect(isMadeUp(2 ** 43)).toBe(false);
});
