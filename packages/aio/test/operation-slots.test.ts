// An operation that is submitted again finds its iocb where it left it: whatever was changed meanwhile, and
// whoever had its slot, the kernel is asked for what the operation says.
import { closeSync, openSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AioContext, ReadOperation, ReadvOperation } from '../src/index.js';
import { EventFd } from './support/event-fd.js';
import { TempFolder } from './support/temp-folder.js';

const FILES = 3;
const BYTES = 256;
const LENGTH = 8;
/** Fewer slots than operations, so that these take them from each other. */
const SLOTS = 3;
const OPERATIONS = 5;

const contentOf = (file: number): Buffer =>
  Buffer.from(Array.from({ length: BYTES }, (_, index) => (index * 7 + file * 83) & 0xff));

let folder: TempFolder;
const fds: number[] = [];
beforeAll(() => {
  folder = new TempFolder();
  for (let file = 0; file < FILES; file++) {
    writeFileSync(folder.file(`${file}`), contentOf(file));
    fds.push(openSync(folder.file(`${file}`), 'r'));
  }
});
afterAll(() => {
  for (const fd of fds) closeSync(fd);
  folder[Symbol.dispose]();
});

/** An operation, and what it is to read. */
class Expected {
  file = 0;
  offset = 0;
  length = LENGTH;
  buffer = Buffer.alloc(LENGTH);
  /** Whose descriptor changes, though nobody sets the operation's file. */
  readonly handle = { fd: fds[0]! };
  readonly operation: ReadOperation | ReadvOperation;

  constructor(isVector: boolean) {
    this.operation = isVector
      ? new ReadvOperation({ file: this.handle, buffers: [this.buffer] })
      : new ReadOperation({ file: this.handle, buffer: this.buffer });
  }

  setFile(file: number): void {
    this.file = file;
    this.handle.fd = fds[file]!;
  }

  setOffset(offset: number): void {
    this.offset = this.operation.offset = offset;
  }

  setBuffer(): void {
    this.buffer = Buffer.alloc(LENGTH);
    this.length = LENGTH;
    if (this.operation instanceof ReadOperation) this.operation.buffer = this.buffer;
    else this.operation.buffers = [this.buffer];
  }

  setLength(length: number): void {
    if (!(this.operation instanceof ReadOperation)) return;
    this.length = this.operation.length = length;
  }

  check(result: number): void {
    const { file, offset, length, buffer } = this;
    expect(result).toBe(length);
    expect([...buffer.subarray(0, length)]).toEqual([
      ...contentOf(file).subarray(offset, offset + length),
    ]);
    buffer.fill(0xee);
  }
}

type Step =
  | {
      readonly set: 'file' | 'offset' | 'buffer' | 'length';
      readonly which: number;
      readonly to: number;
    }
  | {
      readonly submit: readonly number[];
      readonly context: number;
      readonly how: 'polled' | 'iterated' | 'run';
    };

const which = fc.nat(OPERATIONS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ set: fc.constant('file' as const), which, to: fc.nat(FILES - 1) }),
  fc.record({ set: fc.constant('offset' as const), which, to: fc.nat(BYTES - LENGTH) }),
  fc.record({ set: fc.constant('buffer' as const), which, to: fc.constant(0) }),
  fc.record({ set: fc.constant('length' as const), which, to: fc.nat(LENGTH) }),
  fc.record({
    submit: fc.uniqueArray(which, { minLength: 1, maxLength: SLOTS }),
    context: fc.nat(1),
    how: fc.constantFrom('polled' as const, 'iterated' as const, 'run' as const),
  }),
);

async function complete(
  context: AioContext,
  how: 'polled' | 'iterated' | 'run',
  operations: readonly Expected[],
): Promise<void> {
  const of = new Map(operations.map((each) => [each.operation as unknown, each]));
  const all = operations.map(({ operation }) => operation);
  if (how === 'run') {
    const events = await Promise.all(all.map((operation) => context.run(operation)));
    for (const { operation, result } of events) of.get(operation)?.check(result);
    return;
  }
  context.submit(...all);
  const seen = new Set<unknown>();
  const see = ({ operation, result }: { operation: unknown; result: number }): void => {
    seen.add(operation);
    of.get(operation)?.check(result);
  };
  if (how === 'polled') context.getEvents(all.length, all.length).forEach(see);
  else for await (const event of context) see(event);
  expect(seen.size).toBe(all.length);
}

describe('an operation that is submitted again', () => {
  test('reads what it says, after any changes, in any context', async () => {
    const contexts = [0, 1].map(() => new AioContext({ maxInFlight: SLOTS }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const operations = Array.from({ length: OPERATIONS }, (_, i) => new Expected(i % 2 === 1));
        for (const each of steps) {
          if ('submit' in each) {
            const chosen = each.submit.map((index) => operations[index]!);
            await complete(contexts[each.context]!, each.how, chosen);
            continue;
          }
          const operation = operations[each.which]!;
          if (each.set === 'file') operation.setFile(each.to);
          else if (each.set === 'offset') operation.setOffset(each.to);
          else if (each.set === 'buffer') operation.setBuffer();
          else operation.setLength(each.to);
        }
        for (const context of contexts) expect(context.inFlight).toBe(0);
      }),
      { numRuns: 300 },
    );
    await Promise.all(contexts.map((context) => context[Symbol.asyncDispose]()));
  });

  test('signals an eventfd of its own, then none, then the context’s', async () => {
    const context = new AioContext({ maxInFlight: 1 });
    using own = new EventFd();
    const read = new ReadOperation({
      file: fds[0]!,
      buffer: Buffer.alloc(LENGTH),
      eventfd: own.fd,
    });
    const submitAndCollect = (): void => {
      context.submit(read);
      expect(context.getEvents(1, 1)).toHaveLength(1);
    };
    submitAndCollect();
    submitAndCollect();
    expect(await own.signal()).toBe(2);
    read.eventfd = null;
    submitAndCollect();
    read.eventfd = own.fd;
    submitAndCollect();
    // Not for the one between.
    expect(await own.signal()).toBe(1);
    read.eventfd = null;
    // Nobody would learn of it otherwise: an iteration that waits already is told.
    const iteration = context[Symbol.asyncIterator]();
    context.submit(read);
    expect(await iteration.next()).toMatchObject({ value: { result: LENGTH } });
    submitAndCollect();
    expect(await context.run(read)).toMatchObject({ result: LENGTH });
    await context[Symbol.asyncDispose]();
  });

  test('does not find what it was in a context that it comes back to', async () => {
    const contexts = [0, 1].map(() => new AioContext({ maxInFlight: 1 }));
    const buffer = Buffer.alloc(1);
    const read = new ReadOperation({ file: fds[0]!, buffer, offset: 1 });
    const firstByteBy = (context: AioContext | undefined): number => {
      context?.submit(read);
      context?.getEvents(1, 1);
      return buffer[0]!;
    };
    expect(firstByteBy(contexts[0])).toBe(contentOf(0)[1]);
    read.offset = 2;
    expect(firstByteBy(contexts[1])).toBe(contentOf(0)[2]);
    expect(firstByteBy(contexts[0])).toBe(contentOf(0)[2]);
    await Promise.all(contexts.map((context) => context[Symbol.asyncDispose]()));
  });

  test('gets another slot where its own is taken, and where the kernel has refused it', async () => {
    const context = new AioContext({ maxInFlight: 2 });
    const file = { fd: fds[0]! };
    const [first, second, third] = [1, 2, 3].map(
      (offset) => new ReadOperation({ file, buffer: Buffer.alloc(1), offset }),
    ) as [ReadOperation, ReadOperation, ReadOperation];
    const read = (...operations: ReadOperation[]): number[] => {
      context.submit(...operations);
      context.getEvents(operations.length, operations.length);
      return operations.map(({ buffer }) => (buffer as Buffer)[0]!);
    };
    const at = (offset: number): number => contentOf(0)[offset]!;
    expect(read(first, second)).toEqual([at(1), at(2)]);
    expect(read(second, third)).toEqual([at(2), at(3)]);
    expect(read(first, third)).toEqual([at(1), at(3)]);
    file.fd = -1;
    expect(() => context.submit(second, first)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    expect(context.inFlight).toBe(0);
    file.fd = fds[0]!;
    expect(read(third, second)).toEqual([at(3), at(2)]);
    expect(read(first, second)).toEqual([at(1), at(2)]);
    await context[Symbol.asyncDispose]();
  });
});
