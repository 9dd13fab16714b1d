// Whatever is begun where the stack ends begins or does not; nothing of it stays counted, which a sync or a close
// would wait for. In processes of their own: Node writes to stderr what it has no stack for either.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Inside, inChild } from './support/child.js';
import { writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const FILE_BYTES = 1 << 20;

const works = [
  'write',
  'write without a position',
  'write of part of a sector',
  'write of a string',
  'writev',
  'read',
  'read without a position',
  'large read',
  'read with a signal',
  'readv',
  'sync',
  'datasync',
  'readMany',
  'readMany of much, and reads',
  'writeMany',
  'readFile',
  'writeFile',
  'readFile by path',
  'readFile by path of much',
  'a run of a context',
  'a wait for a pipe',
] as const;

interface Given {
  readonly path: string;
  readonly direct: boolean;
  readonly work: (typeof works)[number];
  /** Nothing of what it takes has been called before. */
  readonly cold: boolean;
}

async function beginAtStacksEnd({ aio }: Inside, { path, direct, work, cold }: Given) {
  const handle = await aio.open(path, 'r+', { direct, backend: 'kernel' });
  const part = Buffer.alloc(4096, 'x');
  const large = Buffer.alloc(1 << 18);
  const { signal } = new AbortController();
  const positions = Array.from({ length: 16 }, (_, i) => i << 15);
  const much = Buffer.alloc(1 << 19);
  const ranges = Array.from({ length: 32 }, (_, i) => ({
    buffer: Buffer.alloc(16),
    position: i * 16,
  }));
  let times = 0;
  const begin = {
    write: () => handle.write(part, 0, 4096, 0),
    'write without a position': () => handle.write(part, 0, 4096),
    'write of part of a sector': () => handle.write(part, 0, 100, 7),
    'write of a string': () => handle.write('text', 0),
    writev: () => handle.writev([part, part], 0),
    read: () => handle.read(Buffer.alloc(64), 0, 64, 64),
    'read without a position': () => handle.read(Buffer.alloc(64), 0, 64, null),
    'large read': () => handle.read(large, 0, large.length, 0),
    'read with a signal': () => handle.read(Buffer.alloc(64), { position: 0, signal }),
    readv: () => handle.readv([Buffer.alloc(8), Buffer.alloc(8)], 0),
    sync: () => handle.sync(),
    datasync: () => handle.datasync(),
    readMany: () => handle.readMany(ranges),
    // Those have another thread's help. One at a time: where one call rejects, and the next throws, nobody hears of the first.
    'readMany of much, and reads': () =>
      times++ % 2 === 0
        ? handle.read(Buffer.alloc(64), 0, 64, 64)
        : handle.readMany({ buffer: much, positions, lengths: 1 << 15 }),
    writeMany: () => handle.writeMany(ranges),
    readFile: () => handle.readFile(),
    writeFile: () => handle.writeFile('text'),
    'readFile by path': () => aio.readFile('/etc/hostname'),
    'readFile by path of much': () => aio.readFile(path),
    'a run of a context': () =>
      context.run(new aio.ReadOperation({ file: handle, buffer: aligned, offset: 0 })),
    // Standard error is one.
    'a wait for a pipe': () => aio.poll(2, aio.POLLOUT),
  }[work] as () => Promise<unknown>;
  const aligned = aio.alignedBuffer(512);
  const context = new aio.AioContext({ maxInFlight: 64 });
  if (!cold) {
    await begin();
    await begin();
  }

  const begun: Promise<unknown>[] = [];
  let threw = 0;
  // In each of the last frames of the stack, from the lowest up. The last of so many times there is stack enough, also
  // for V8 to compile what has been called often: it wants 40 KiB.
  const dig = (most: number, ...padding: undefined[]): void => {
    try {
      dig(most, ...padding);
    } catch {
      // There is no stack left; a little further up there is.
    }
    if (begun.length >= most) return;
    try {
      begun.push(begin());
    } catch {
      threw++;
    }
  };
  // How far the calls come that lie across the end differs with what is left there.
  for (const words of [0, 1, 3]) dig(begun.length + 1000, ...new Array<undefined>(words));
  const settled = await Promise.allSettled(begun);
  const outcomes = settled.map(({ status }) => status);
  const failed = threw + outcomes.filter((status) => status === 'rejected').length;

  let isLost = false;
  if (work === 'read without a position') {
    // Each of 64 bytes that somebody was given, and no other, has moved the descriptor on.
    const given = outcomes.filter((status) => status === 'fulfilled').length + (cold ? 0 : 2);
    const [next, expected] = [Buffer.alloc(64), Buffer.alloc(64)];
    await handle.read(next, 0, 64, null);
    await handle.read(expected, 0, 64, given * 64);
    isLost = !next.equals(expected);
  } else {
    await begin();
  }
  await handle.sync();
  await handle.close();
  const { inFlight, queued } = aio.stats()!;
  return { failed: failed > 0, isLost, last: outcomes.at(-1), inFlight, queued };
}

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

// Has V8 compile what is called often where it is called, for which it wants 40 KiB of stack: so any call may
// throw, within so much of the end.
const COMPILES_IN_PLACE = ['--no-concurrent-recompilation'];

describe.for([
  { direct: false, cold: false, flags: [] },
  { direct: true, cold: false, flags: [] },
  { direct: false, cold: false, flags: COMPILES_IN_PLACE },
  { direct: true, cold: false, flags: COMPILES_IN_PLACE },
  { direct: false, cold: true, flags: [] },
])('direct: $direct, cold: $cold, flags: $flags', ({ direct, cold, flags }) => {
  test.for(works)('%s', async (work) => {
    const path = folder.file(`direct-${direct}`);
    writeNumbered(path, FILE_BYTES);
    const given = { path, direct, work, cold };
    const { status, result, stderr } = await inChild(beginAtStacksEnd, given, { flags });
    const expected = { failed: true, isLost: false, last: 'fulfilled', inFlight: 0, queued: 0 };
    expect(result, stderr.slice(-1000)).toEqual(expected);
    expect(status).toBe(0);
  });
});

interface Closing {
  readonly path: string;
  readonly handles: number;
}

/** Closes as many handles, each behind a read that began as near to the end of the stack as that is possible. */
async function closeBehindReads({ aio }: Inside, { path, handles }: Closing) {
  let closed = 0;
  for (let i = 0; i < handles; i++) {
    const handle = await aio.open(path, 'r+', { backend: 'kernel' });
    const read = (position: number): Promise<unknown> =>
      handle.read(Buffer.alloc(8), 0, 8, position);
    const before = Array.from({ length: [0, 1, 126, 127, 128][i % 5]! }, (_, at) => read(at));
    const begun: Promise<unknown>[] = [];
    const dig = (...padding: undefined[]): void => {
      try {
        dig(...padding);
      } catch {
        // There is no stack left; a little further up there is.
      }
      if (begun.length > 0) return;
      try {
        begun.push(read(0));
      } catch {
        // Not here either.
      }
    };
    // What V8 has compiled by then, and inlined, decides how far each call comes: so what is left at the end differs.
    dig(...new Array<undefined>(i % 6));
    await Promise.allSettled([...before, ...begun]);
    await handle.close();
    if (handle.fd === -1) closed++;
  }
  return closed;
}

test.for([984, 300])(
  'a read that began there does not keep its handle from being closed: of %i KiB',
  async (kibibytes) => {
    const path = folder.file('closed');
    writeNumbered(path, FILE_BYTES);
    const given = { path, handles: 400 };
    const flags = [`--stack-size=${kibibytes}`];
    const { result, status } = await inChild(closeBehindReads, given, { flags });
    expect(result).toBe(given.handles);
    expect(status).toBe(0);
  },
);

interface Sweeping {
  readonly path: string;
  readonly length: number;
  readonly position: number;
  readonly traced: boolean;
}

/** Begins a readMany in each of the last frames of the stack, each in a turn of its own. */
async function sweepAtEachFrame(
  { aio, diagnostics }: Inside,
  { path, length, position, traced }: Sweeping,
) {
  const handle = await aio.open(path, 'r', { backend: 'kernel' });
  const positions = Array.from({ length: 16 }, () => position);
  const buffer = Buffer.alloc(16 * length);
  const begin = (): Promise<unknown> => handle.readMany({ buffer, positions, lengths: length });
  if (traced) diagnostics.subscribe('aio.operation.end', () => undefined);
  for (let times = 0; times < 5; times++) await begin();

  let [failed, read] = [0, 0];
  // The last of them have stack enough.
  for (let frames = 0; read < 30; frames++) {
    let reading: Promise<unknown> | undefined;
    // How many frames lie between this one and the end.
    const dig = (): number => {
      let below: number;
      try {
        below = dig() + 1;
      } catch {
        below = 0;
      }
      if (below === frames) {
        try {
          reading = begin();
        } catch {
          failed++;
        }
      }
      return below;
    };
    dig();
    await reading?.then(
      () => read++,
      () => failed++,
    );
  }
  await handle.close();
  const { inFlight, queued } = aio.stats()!;
  return { failed: failed > 0, inFlight, queued };
}

describe.for([
  { what: 'are whole', length: 100, position: 0, traced: false },
  { what: 'are large', length: 1 << 15, position: 0, traced: false },
  { what: 'end with the file', length: 100, position: FILE_BYTES - 50, traced: false },
  { what: 'are traced', length: 100, position: 0, traced: true },
])('ranges that $what end, however near to the end of the stack', ({ what: _, ...given }) => {
  test.for([{ more: [] }, { more: COMPILES_IN_PLACE }])('flags: $more', async ({ more }) => {
    const path = folder.file('swept');
    writeNumbered(path, FILE_BYTES);
    const flags = ['--stack-size=500', ...more];
    const { result, status } = await inChild(sweepAtEachFrame, { path, ...given }, { flags });
    expect(result).toEqual({ failed: true, inFlight: 0, queued: 0 });
    expect(status).toBe(0);
  });
});

/** Closes a handle, and a descriptor, at each of the last frames of the stack, and again where that failed. */
async function closeAtEachFrame({ aio, aioFs, fs }: Inside, path: string) {
  const much = Buffer.alloc(1 << 19, 'x');
  const callBack = (call: (done: (error: unknown) => void) => void): Promise<unknown> =>
    new Promise((resolve) => {
      call((error) => {
        resolve(error ?? null);
      });
    });
  const problems: unknown[] = [];
  for (let frames = 0; frames < 1000; frames += frames < 60 ? 1 : 20) {
    const handle = await aio.open(path, 'r+', { backend: 'kernel' });
    const fd = aioFs.openSync(path, 'r+');
    const writes = [
      handle.write(much, 0, much.length, 0).then(
        () => null,
        (error: unknown) => error,
      ),
      callBack((done) => {
        aioFs.write(fd, much, 0, much.length, 0, done);
      }),
    ];
    let closing: Promise<unknown> | null = null;
    let isClosing = false;
    let whenClosed = (_: unknown): void => undefined;
    const closed = new Promise((resolve) => (whenClosed = resolve));
    const dig = (): number => {
      let below: number;
      try {
        below = dig() + 1;
      } catch {
        below = 0;
      }
      if (below !== frames) return below;
      try {
        closing = handle.close();
      } catch {
        // Once more, from further up.
      }
      try {
        aioFs.close(fd, whenClosed);
        isClosing = true;
      } catch {
        // Here, too.
      }
      return below;
    };
    dig();
    await (closing as Promise<unknown> | null)?.catch(() => undefined);
    await handle.close();
    if (!(isClosing as boolean)) aioFs.close(fd, whenClosed);
    await closed;
    problems.push(...(await Promise.all(writes)).filter((error) => error !== null));
    if (handle.fd !== -1) problems.push('not closed');
    if (fs.existsSync(`/proc/self/fd/${fd}`)) problems.push('descriptor not closed');
  }
  return problems.map(String);
}

test('what is closed there, and again where that failed, is closed behind its writes', async () => {
  const path = folder.file('closed-there');
  writeNumbered(path, FILE_BYTES);
  const { result, status } = await inChild(closeAtEachFrame, path);
  expect(result).toEqual([]);
  expect(status).toBe(0);
});

/** Gives up on waits of which none would end, in many of the last frames of the stack but those where abort() throws. */
async function abortAtManyFrames({ aio }: Inside) {
  let gaveUp = 0;
  let waits = 0;
  // An abort() that Node has yet to compile may come half-way, and tell nobody.
  const first = new AbortController();
  const toldAtOnce = aio.poll(3, aio.POLLIN, { signal: first.signal }).catch(() => undefined);
  first.abort();
  await toldAtOnce;
  for (let frames = 40; frames < 1000; frames += 20) {
    const controller = new AbortController();
    // Where the results go, from where nothing comes.
    const waiting = aio.poll(3, aio.POLLIN, { signal: controller.signal });
    waits++;
    const dig = (): number => {
      let below: number;
      try {
        below = dig() + 1;
      } catch {
        below = 0;
      }
      if (below === frames) controller.abort();
      return below;
    };
    dig();
    await waiting.catch((error: unknown) => {
      if ((error as Error).name === 'AbortError') gaveUp++;
    });
  }
  return waits - gaveUp;
}

test('a signal that comes there is heard', async () => {
  const { result, status } = await inChild(abortAtManyFrames, null);
  expect(result).toBe(0);
  expect(status).toBe(0);
});

/** Submits to a context, collects and cancels in each of the last frames of the stack, and again where that failed. */
async function driveAtEachFrame({ aio }: Inside, path: string) {
  const handle = await aio.open(path, 'r', { backend: 'kernel' });
  const context = new aio.AioContext({ maxInFlight: 8 });
  const problems: unknown[] = [];
  const failed = { submit: 0, getEvents: 0, cancel: 0 };
  for (let frames = 0; frames < 1000; frames += frames < 100 ? 1 : 20) {
    const [before, read] = [8, 16].map(
      (length) => new aio.ReadOperation({ file: handle, buffer: Buffer.alloc(length) }),
    );
    // Where the results go, from where nothing comes.
    const poll = new aio.PollOperation({ file: 3, mask: aio.POLLIN });
    context.submit(before!, poll);
    let isSubmitted = false;
    let isCancelled = false;
    let events: ReturnType<typeof context.getEvents> = [];
    const dig = (): number => {
      let below: number;
      try {
        below = dig() + 1;
      } catch {
        below = 0;
      }
      if (below !== frames) return below;
      try {
        context.submit(read!);
        isSubmitted = true;
      } catch {
        failed.submit++;
      }
      try {
        events = context.getEvents(0, 8);
      } catch {
        failed.getEvents++;
      }
      try {
        isCancelled = context.cancel(poll);
      } catch {
        failed.cancel++;
      }
      return below;
    };
    dig();
    if (!(isSubmitted as boolean)) context.submit(read!);
    if (!(isCancelled as boolean) && !context.cancel(poll)) problems.push('not cancelled');
    // Where one is lost, it need not be waited for.
    events.push(...context.getEvents(3 - events.length, 8, 5_000_000_000n));
    const results = [before!, read!, poll].map((operation) =>
      events.filter((event) => event.operation === operation).map(({ result }) => result),
    );
    problems.push(...(String(results) === '8,16,0' ? [] : [String(results)]));
    if (context.inFlight > 0) problems.push(`${context.inFlight} in flight`);
  }
  context.close();
  await handle.close();
  return { problems, failed: Object.values(failed).map((times) => times > 0) };
}

test.for([{ flags: [] }, { flags: COMPILES_IN_PLACE }])(
  'a context that is driven there loses nothing, with flags $flags',
  async ({ flags }) => {
    const path = folder.file('driven');
    writeNumbered(path, FILE_BYTES);
    const { result, status } = await inChild(driveAtEachFrame, path, { flags });
    expect(result).toEqual({ problems: [], failed: [true, true, true] });
    expect(status).toBe(0);
  },
);
