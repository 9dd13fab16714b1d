// Where no thread can be started (RLIMIT_NPROC, or pids.max of a container), Node's pool does what the submit threads
// would, which has its threads by then.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { READ, READV, WRITE, WRITEV } from '../src/engine/commands.js';
import { type NodeMethods, type OpenFile } from '../src/engine/open-file.js';
import { Operation } from '../src/engine/operation.js';
import { Vectors } from '../src/engine/vectors.js';
import { type Program, inChild } from './support/child.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const FILE_BYTES = 1 << 20;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

const canLimit = ((): boolean => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Done {
  readonly started: boolean;
  readonly read: string[];
  readonly written: number[];
  /** Whether those before it had been written when a sync ended that was asked for behind them. */
  readonly synced: boolean;
}

const work: Program<string, Done> = async ({ aio, fs, nextTurn }, path): Promise<Done> => {
  const { execFileSync: run } = process.getBuiltinModule('node:child_process');
  // A sync that did not wait for Node's writes would have ended long before them.
  const other = await fs.promises.open(path);
  const node = Object.getPrototypeOf(other) as { write: (...args: unknown[]) => Promise<unknown> };
  const writeOfNode = node.write;
  node.write = async function (...args) {
    for (let turn = 0; turn < 5000; turn++) await nextTurn();
    return writeOfNode.apply(this, args);
  };
  await other.close();
  const handle = await aio.open(path, 'r+', { backend: 'kernel' });
  const threads = (): number => fs.readdirSync('/proc/self/task').length;
  run('prlimit', ['--pid', `${process.pid}`, '--nproc=1']);
  // Root may start as many as it likes.
  if (process.getuid?.() === 0) process.setuid?.(61234);
  const before = threads();

  const cold = Array.from({ length: 8 }, (_, i) =>
    handle.read(Buffer.alloc(4096), 0, 4096, i * (128 << 10)),
  );
  const coldVectors = handle.readv([Buffer.alloc(512), Buffer.alloc(512)], 1000 << 10);
  const read = (await Promise.all(cold)).map(({ buffer }) => buffer.toString('base64'));
  const { buffers } = await coldVectors;
  read.push(Buffer.concat(buffers).toString('base64'));

  let ended = 0;
  const piece = (i: number): Buffer => Buffer.alloc(4096, 0x61 + i);
  const writes: Promise<{ readonly bytesWritten: number }>[] = [];
  for (let i = 0; i < 8; i++) writes.push(handle.write(piece(i), 0, 4096, i * 4096));
  writes.push(handle.writev([piece(8), piece(9)], 8 * 4096));
  for (const write of writes) void write.then(() => ended++);
  const syncing = handle.sync().then(() => ended === writes.length);
  const written = (await Promise.all(writes)).map(({ bytesWritten }) => bytesWritten);
  const synced = await syncing;
  const started = threads() > before;
  await handle.close();
  return { started, read, written, synced };
};

test.skipIf(!canLimit)(
  'reads of what is not cached, writes and syncs are done where no thread can be started [needs prlimit]',
  async () => {
    const path = folder.file('file');
    const contents = writeNumbered(path, FILE_BYTES);
    evict(path);
    const outcome = await inChild(work, path);
    const at = (from: number, bytes: number): string =>
      contents.subarray(from, from + bytes).toString('base64');
    const parts = Array.from({ length: 8 }, (_, i) => at(i * (128 << 10), 4096));
    expect(outcome).toMatchObject({
      status: 0,
      result: {
        started: false,
        read: [...parts, at(1000 << 10, 1024)],
        written: [...new Array<number>(8).fill(4096), 8192],
        synced: true,
      },
    });
    const pieces = Array.from({ length: 10 }, (_, i) => Buffer.alloc(4096, 0x61 + i));
    const expected = Buffer.concat([...pieces, contents.subarray(10 * 4096)]);
    expect(readFileSync(path).equals(expected)).toBe(true);
  },
);

describe('what is left to Node, though a part of it is done, it does from its beginning', () => {
  const views = [Buffer.alloc(4), Buffer.alloc(8)];
  const node = {
    read: vi.fn<NodeMethods['read']>(),
    write: vi.fn<NodeMethods['write']>(),
    readv: vi.fn<NodeMethods['readv']>(),
    writev: vi.fn<NodeMethods['writev']>(),
  };

  function partlyDone(vectors: Vectors | null): Operation {
    const operation = new Operation();
    const file: Partial<OpenFile> = { node: node as unknown as NodeMethods };
    operation.file = file as OpenFile;
    operation.memory = vectors === null ? Buffer.alloc(32) : views;
    operation.vectors = vectors;
    operation.viewOffset = 1;
    operation.bytes = 12;
    operation.nbytes = 12;
    operation.offset = 100;
    expect(operation.advance(5)).toBe(true);
    return operation;
  }

  test.each([
    ['read', READ, node.read],
    ['write', WRITE, node.write],
  ] as const)('a %s', (_, command, method) => {
    const operation = partlyDone(null);
    command.byNode(operation);
    expect(method).toHaveBeenCalledExactlyOnceWith(operation.memory, 1, 12, 100);
  });

  test.each([
    ['readv', READV, node.readv],
    ['writev', WRITEV, node.writev],
  ] as const)('a %s', async (_, command, method) => {
    await command.byNode(partlyDone(new Vectors(views)));
    expect(method).toHaveBeenCalledExactlyOnceWith(views, 100);
  });
});
