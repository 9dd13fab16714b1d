import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as bind from 'aio-bind';
import { describe, expect, test, vi } from 'vitest';
import { open, probe } from '../src/index.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

describe('probe', () => {
  test('says that kernel AIO is usable on this machine, without taking any of aio-nr', () => {
    const setup = vi.mocked(bind.io_setup);
    setup.mockClear();
    expect(probe()).toEqual({ usable: true });
    expect(setup.mock.results.filter(({ type }) => type === 'return')).toEqual([]);
  });

  test.for([0, 15])('says EAGAIN, and what to do, while %i of aio-max-nr are left', (left) => {
    // Taking it in earnest would starve every other process on the machine.
    vi.mocked(bind.aio_limits).mockReturnValueOnce({ aio_nr: 65536 - left, aio_max_nr: 65536 });
    expect(probe()).toMatchObject({
      usable: false,
      code: 'EAGAIN',
      reason: expect.stringContaining('sysctl fs.aio-max-nr') as string,
    });
  });

  test('says that it is usable to who has opened files by it, whatever is left for others', async () => {
    const handle = await open(import.meta.filename, 'r', { backend: 'kernel' });
    vi.mocked(bind.aio_limits).mockReturnValueOnce({ aio_nr: 65536, aio_max_nr: 65536 });
    expect(probe()).toEqual({ usable: true });
    vi.mocked(bind.aio_limits).mockReset();
    await handle.close();
  });

  test('says why where the addon cannot be loaded', async () => {
    const script = `import('aio').then(({ probe }) => console.log(JSON.stringify(probe())))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      cwd: import.meta.dirname,
      env: { ...process.env, AIO_BIND_ADDON: '/nowhere/aio_bind.node' },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      usable: false,
      code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
      reason: expect.stringContaining('could not be loaded') as string,
    });
  });
});
