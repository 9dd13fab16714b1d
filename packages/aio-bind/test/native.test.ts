// Where the addon cannot be loaded, the package can be imported all the same: any use says why not.
import { describe, expect, test } from 'vitest';
import { resultInChild } from './support/child.js';
import { sharedChild } from './support/shared-child.js';

const nowhere = { env: { AIO_BIND_ADDON: '/nowhere/aio_bind.node' } };

const shared = sharedChild(nowhere);

describe('without its addon, the package', () => {
  test('can be imported, in silence', async () => {
    const names = await shared(({ aio }) => Object.keys(aio), null);
    expect(names).toEqual(expect.arrayContaining(['io_setup', 'Iocb', 'EventWatcher']));
  });

  test('still has its constants, and what needs no addon', async () => {
    const found = await shared(({ aio }) => {
      const set = new aio.SigSet();
      aio.sigaddset(set, 'SIGINT');
      return {
        constant: aio.IOCB_CMD_PWRITEV,
        priority: aio.ioprio_value(1, 2),
        context: String(new aio.aio_context_t().value),
        signal: aio.sigismember(set, 2),
        limits: Object.keys(aio.aio_limits()),
        code: aio.errnoError(-22, 'io_setup').code,
      };
    }, null);
    expect(found).toEqual({
      constant: 8,
      priority: (1 << 13) | 2,
      context: '0',
      signal: true,
      limits: ['aio_nr', 'aio_max_nr'],
      code: 'EINVAL',
    });
  });

  test('says at any use what is wrong, and keeps the cause', async () => {
    const errors = await shared(({ aio }) => {
      const ctx = new aio.aio_context_t();
      const uses: Record<string, () => unknown> = {
        io_setup: () => aio.io_setup(1, ctx),
        io_destroy: () => aio.io_destroy(ctx),
        io_submit: () => aio.io_submit(ctx, 0, []),
        io_getevents: () => aio.io_getevents(ctx, 0, 0, null, null),
        io_pgetevents: () => aio.io_pgetevents(ctx, 0, 0, null, null, null),
        io_cancel: () => aio.io_cancel(ctx, null, null),
        aio_ring: () => aio.aio_ring(ctx),
        Iocb: () => new aio.Iocb(),
        IocbSlab: () => new aio.IocbSlab(1),
        IoEvent: () => new aio.IoEvent(),
        IoEventArray: () => new aio.IoEventArray(1),
        IoVecArray: () => new aio.IoVecArray(1),
        Timespec: () => new aio.Timespec(),
        EventWatcher: () => new aio.EventWatcher(() => undefined),
        SubmitThreads: () => new aio.SubmitThreads(),
        TimedRead: () => new aio.TimedRead(),
        allocAligned: () => aio.allocAligned(1),
        addressOf: () => aio.addressOf(Buffer.alloc(1)),
        layout: () => aio.layout.iocb.size / 4,
      };
      return Object.entries(uses).map(([use, call]) => {
        try {
          call();
          return { use };
        } catch (error) {
          const { name, code, message, cause } = error as NodeJS.ErrnoException;
          return { use, name, code, message, cause: (cause as NodeJS.ErrnoException).code };
        }
      });
    }, null);
    expect(errors.length).toBe(19);
    for (const error of errors) {
      expect(error).toEqual({
        use: error.use,
        name: 'Error',
        code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
        message:
          "aio-bind does not work here: its addon could not be loaded: Cannot find module '/nowhere/aio_bind.node'. AIO_BIND_ADDON names it: unset that, or have it name one that was compiled for this system",
        cause: 'MODULE_NOT_FOUND',
      });
    }
  });

  test('names the platform where that is the reason', async () => {
    const pretend = "Object.defineProperty(process, 'platform', { value: 'darwin' })";
    const message = await resultInChild(
      ({ aio }) => {
        try {
          return String(aio.allocAligned(1));
        } catch (error) {
          return String(error);
        }
      },
      null,
      { ...nowhere, flags: ['--import', `data:text/javascript,${pretend}`] },
    );
    expect(message).toBe(
      'Error: aio-bind does not work here: kernel AIO is a part of Linux, and this is darwin',
    );
  });
});
