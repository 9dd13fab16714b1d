// Reads that are given up while the kernel has them, and their buffers let go of and collected: what is
// allocated in their place must not be written to. In a process of its own, so that a sanitizer or valgrind
// (AIO_INSTRUMENT) sees all of it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runUnder, withoutWarnings } from '../../../vitest/run-under.js';
import { inChild } from './support/child.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { rounds } from './support/rounds.js';
import { TempFolder } from './support/temp-folder.js';

const BLOCK = 4096;
const BLOCKS = 4096;
const AT_ONCE = 16;
// valgrind cannot follow code that is being rewritten, as V8's compilers do; and what it follows is
// hundreds of times as slow.
const isWatched = runUnder.length > 0;
const flags = ['--expose-gc', ...(isWatched ? ['--jitless', '--no-expose-wasm'] : [])];
const ROUNDS = isWatched ? 60 : rounds(400, 60);

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

test.for(['direct', 'cold'] as const)(
  '%s reads end in one way each, and nothing is written to memory that was let go of',
  async (kind) => {
    const path = folder.file(kind);
    writeNumbered(path, BLOCKS * BLOCK);
    evict(path);
    const { status, stderr, result } = await inChild(
      async ({ aio, fs, nextTurn }, [file, isDirect, times, atOnce, blocks]) => {
        const size = 4096;
        const { O_RDONLY, O_DIRECT } = fs.constants;
        const flags = isDirect ? O_RDONLY | O_DIRECT : O_RDONLY;
        const handle = await aio.open(file, flags, { backend: 'kernel' });
        const context = new aio.AioContext({ maxInFlight: atOnce });
        const found = { asked: 0, settled: 0, wrong: 0, spoilt: 0 };
        const outcomes = new Set<string>();

        const read = async (n: number): Promise<void> => {
          const position = ((n * 7919) % blocks) * size;
          const buffer = aio.alignedBuffer(size);
          const controller = new AbortController();
          const { signal } = controller;
          const begin = (): Promise<unknown> => {
            if (isDirect && n % 2 === 0) {
              const operation = new aio.ReadOperation({ file: handle, buffer, offset: position });
              return context.run(operation, { signal });
            }
            if (n % 7 < 2) {
              const ranges = { buffer, positions: [position], lengths: size };
              return handle.readMany(ranges, { signal }).then((many) => many.orThrow());
            }
            const timeout = n % 5 === 0 ? { timeout: 0 } : {};
            return handle.read(buffer, { position, signal, ...timeout });
          };
          const reading = begin();
          found.asked++;
          if (n % 3 === 0) controller.abort();
          else if (n % 3 === 1) setImmediate(() => controller.abort());
          try {
            await reading;
            outcomes.add('done');
            // Each 8 bytes say where they are.
            const isRight = [0, size - 8].every(
              (at) => buffer.readBigUInt64LE(at) === BigInt(position + at),
            );
            if (!isRight) found.wrong++;
          } catch (error) {
            outcomes.add((error as NodeJS.ErrnoException).code ?? String(error));
          }
          found.settled++;
        };

        for (let round = 0; round < times; round++) {
          const reads = Array.from({ length: atOnce }, (_, i) => read(round * atOnce + i));
          await nextTurn();
          (globalThis as unknown as { gc: () => void }).gc();
          // In the place of what was let go of.
          const bystanders = reads.map(() => aio.alignedBuffer(size).fill(0x5a));
          await Promise.all(reads);
          await nextTurn();
          if (!bystanders.every((buffer) => buffer.every((byte) => byte === 0x5a))) found.spoilt++;
        }
        await context[Symbol.asyncDispose]();
        await handle.close();
        return { ...found, outcomes: [...outcomes].sort() };
      },
      [path, kind === 'direct', ROUNDS, AT_ONCE, BLOCKS] as const,
      { wrapper: runUnder, flags },
    );
    expect({ status, stderr: withoutWarnings(stderr) }).toEqual({ status: 0, stderr: '' });
    const asked = ROUNDS * AT_ONCE;
    expect(result).toEqual({
      asked,
      settled: asked,
      wrong: 0,
      spoilt: 0,
      outcomes: ['ABORT_ERR', 'done'],
    });
  },
);
