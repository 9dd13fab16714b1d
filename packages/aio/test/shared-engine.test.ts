// All of aio-max-nr is one machine's; so that it is taken is only pretended here.
import { constants } from 'node:os';
import type * as Bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { contexts } from './support/mappings.js';
import { TempFolder } from './support/temp-folder.js';

/** What io_setup() is to do, and what it was asked for. */
const kernel = vi.hoisted(() => ({
  asked: [] as number[],
  leastRefused: Infinity,
  failure: null as Error | null,
  hasEventfds: true,
  destroyed: [] as Promise<void>[],
}));

vi.mock('aio-bind', async (importOriginal) => {
  const original = await importOriginal<typeof Bind>();
  const io_setup: typeof Bind.io_setup = (nr, ctx) => {
    kernel.asked.push(nr);
    if (kernel.failure !== null) throw kernel.failure;
    if (nr >= kernel.leastRefused) throw original.errnoError(-constants.errno.EAGAIN, 'io_setup');
    original.io_setup(nr, ctx);
  };
  const io_destroy_later: typeof Bind.io_destroy_later = (ctx) => {
    const destroyed = original.io_destroy_later(ctx);
    kernel.destroyed.push(destroyed);
    return destroyed;
  };
  class EventWatcher extends original.EventWatcher {
    constructor(...args: ConstructorParameters<typeof original.EventWatcher>) {
      if (!kernel.hasEventfds) throw original.errnoError(-constants.errno.EMFILE, 'eventfd');
      super(...args);
    }
  }
  return { ...original, io_setup, io_destroy_later, EventWatcher };
});

let open: typeof import('../src/index.js').open;
let existingEngine: typeof import('../src/engine/shared-engine.js').existingEngine;

beforeEach(async () => {
  Object.assign(kernel, { asked: [], leastRefused: Infinity, failure: null });
  Object.assign(kernel, { hasEventfds: true, destroyed: [] });
  // An engine for each test.
  vi.resetModules();
  ({ open } = await import('../src/index.js'));
  ({ existingEngine } = await import('../src/engine/shared-engine.js'));
});

const warnings: Error[] = [];
const onWarning = (warning: Error): void => {
  if ('code' in warning && warning.code === 'AIO_FALLBACK') warnings.push(warning);
};
beforeAll(() => void process.on('warning', onWarning));
afterAll(() => void process.off('warning', onWarning));
afterEach(() => void warnings.splice(0));

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

async function writeAndRead(backend: 'auto' | 'kernel' | 'node'): Promise<string> {
  const handle = await open(folder.file('file'), 'w+', { backend });
  try {
    await handle.write('through');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(10), 0, 10, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

describe('the engine', () => {
  test('is made once, for 1024 operations, when the first file is opened', async () => {
    expect(existingEngine()).toBeNull();
    expect(await writeAndRead('kernel')).toBe('through');
    expect(await writeAndRead('auto')).toBe('through');
    expect(kernel.asked).toEqual([1024]);
  });

  test('makes do with half, and half of that, where aio-max-nr leaves no more', async () => {
    kernel.leastRefused = 200;
    expect(await writeAndRead('kernel')).toBe('through');
    expect(kernel.asked).toEqual([1024, 512, 256, 128]);
  });

  test('makes do with 16', async () => {
    kernel.leastRefused = 17;
    expect(await writeAndRead('kernel')).toBe('through');
    expect(kernel.asked.at(-1)).toBe(16);
  });
});

test('where no descriptor is left for its eventfd, the engine leaves no context behind', async () => {
  const before = contexts();
  kernel.hasEventfds = false;
  for (let i = 0; i < 3; i++) {
    await expect(writeAndRead('kernel')).rejects.toMatchObject({
      code: 'EMFILE',
      syscall: 'eventfd',
    });
  }
  expect(await writeAndRead('auto')).toBe('through');
  await Promise.all(kernel.destroyed);
  expect(contexts()).toBe(before);
  kernel.hasEventfds = true;
  expect(await writeAndRead('kernel')).toBe('through');
});

describe('where io_setup() finds no room at all', () => {
  beforeEach(() => {
    kernel.leastRefused = 0;
  });

  test("'kernel' throws its error, which says what to do", async () => {
    await expect(writeAndRead('kernel')).rejects.toMatchObject({
      code: 'EAGAIN',
      syscall: 'io_setup',
      message: expect.stringContaining('fs.aio-max-nr') as string,
    });
    expect(kernel.asked.at(-1)).toBe(16);
  });

  test("'auto' has Node serve the file, with one warning", async () => {
    for (let i = 0; i < 3; i++) expect(await writeAndRead('auto')).toBe('through');
    await nextTick();
    expect(warnings.map(({ name }) => name)).toEqual(['AioWarning']);
    expect(existingEngine()).toBeNull();
  });

  test('tries again with the next file', async () => {
    await writeAndRead('auto');
    kernel.leastRefused = Infinity;
    await writeAndRead('auto');
    expect(existingEngine()).not.toBeNull();
  });
});

describe.for(['ENOSYS', 'EPERM'])('where io_setup() fails with %s', (code) => {
  beforeEach(() => {
    kernel.failure = Object.assign(new Error(`${code}: io_setup`), { code, syscall: 'io_setup' });
  });

  test("'kernel' throws it, and does not ask the kernel again", async () => {
    await expect(writeAndRead('kernel')).rejects.toMatchObject({ code });
    await expect(writeAndRead('kernel')).rejects.toMatchObject({ code });
    expect(kernel.asked.length).toBe(1);
  });

  test("'auto' has Node serve the file, with one warning that says why", async () => {
    for (let i = 0; i < 3; i++) expect(await writeAndRead('auto')).toBe('through');
    await nextTick();
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining(code)]);
  });
});

test.for(['ENFILE', 'ENOMEM'])(
  'where io_setup() fails with %s for a time, the next file is served',
  async (code) => {
    kernel.failure = Object.assign(new Error(`${code}: io_setup`), { code, syscall: 'io_setup' });
    await expect(writeAndRead('kernel')).rejects.toMatchObject({ code });
    expect(await writeAndRead('auto')).toBe('through');
    kernel.failure = null;
    expect(await writeAndRead('kernel')).toBe('through');
    expect(existingEngine()).not.toBeNull();
  },
);
