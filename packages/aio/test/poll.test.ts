import { closeSync, constants, openSync } from 'node:fs';
import { open as nodeOpen } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AioFile, POLLHUP, POLLIN, POLLOUT, POLLRDHUP, poll } from '../src/index.js';
import { EventFd } from './support/event-fd.js';
import { contexts } from './support/mappings.js';
import { inChild } from './support/child.js';
import { Pipe } from './support/pipe.js';
import { TempFolder } from './support/temp-folder.js';

/** A socket's descriptor, which Node has, but does not show. */
const fdOf = (socket: Socket): number =>
  (socket as unknown as { _handle: { fd: number } })._handle.fd;

/** Two ends of a connection through the loopback interface; Node reads from neither. */
class Connection implements AsyncDisposable {
  static async open(): Promise<Connection> {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const near = connect({ port, host: '127.0.0.1' });
    const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
      [Socket],
      unknown,
    ];
    near.pause();
    server.close();
    return new Connection(near, far);
  }

  readonly near: Socket;
  readonly far: Socket;

  private constructor(near: Socket, far: Socket) {
    this.near = near;
    this.far = far;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = [this.near, this.far].map((each) => once(each, 'close'));
    this.near.destroy();
    this.far.destroy();
    await Promise.all(closed);
  }
}

const abortError = { name: 'AbortError', code: 'ABORT_ERR' };

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder(tmpdir());
});
afterAll(() => folder[Symbol.dispose]());

describe('poll', () => {
  test('resolves when a pipe has something to read, and at once where it has', async () => {
    using pipe = new Pipe();
    const ready = poll(pipe.readEnd, POLLIN);
    setImmediate(() => {
      pipe.fill();
    });
    // The kernel may give bits besides (POLLRDNORM): whoever wakes it says what has come.
    expect((await ready) & POLLIN).toBe(POLLIN);
    expect(await poll({ fd: pipe.readEnd }, POLLIN)).toBe(POLLIN);
    expect(await poll(pipe.writeEnd, POLLOUT)).toBe(POLLOUT);
  });

  test('reports that nobody writes any more, though it was not asked', async () => {
    const pipe = new Pipe();
    const ready = poll(pipe.readEnd, 0);
    closeSync(pipe.writeEnd);
    expect(await ready).toBe(POLLHUP);
    closeSync(pipe.readEnd);
  });

  test('waits for a socket: for what comes, and for the other side to shut down', async () => {
    await using connection = await Connection.open();
    const fd = fdOf(connection.near);
    expect(await poll(fd, POLLIN | POLLOUT)).toBe(POLLOUT);
    const ready = poll(fd, POLLIN | POLLRDHUP);
    connection.far.write('x');
    expect((await ready) & POLLIN).toBe(POLLIN);
    const over = poll(fd, POLLRDHUP);
    connection.far.end();
    expect((await over) & POLLRDHUP).toBe(POLLRDHUP);
  });

  test('waits for an eventfd', async () => {
    using eventfd = new EventFd();
    expect(await poll(eventfd.fd, POLLOUT)).toBe(POLLOUT);
  });

  test('waits for a timerfd, which another program has made', async () => {
    // The numbers of timerfd_create and timerfd_settime (asm/unistd.h).
    const [create, settime] = process.arch === 'arm64' ? [85, 86] : [283, 286];
    const inherit = [
      `$fd = syscall(${create}, 1, 0);`, // CLOCK_MONOTONIC
      '$in5ms = pack("q4", 0, 0, 0, 5_000_000);',
      `syscall(${settime}, $fd, 0, $in5ms, 0);`,
      '$ENV{TIMERFD} = $fd; exec @ARGV',
    ].join(' ');
    const { status, stderr, result } = await inChild(
      ({ aio }) => aio.poll(Number(process.env.TIMERFD), aio.POLLIN),
      null,
      { wrapper: ['perl', '-e', inherit] },
    );
    expect({ status, stderr, result }).toEqual({ status: 0, stderr: '', result: POLLIN });
  });

  test('waits for what a FileHandle has, and a regular file is ready at once', async () => {
    const handle = await nodeOpen(import.meta.filename, 'r');
    expect(await poll(handle, POLLIN)).toBe(POLLIN);
    await handle.close();
  });

  test('of one descriptor by many wakes each', async () => {
    using pipe = new Pipe();
    const polls = Array.from({ length: 200 }, () => poll(pipe.readEnd, POLLIN));
    pipe.fill();
    expect(await Promise.all(polls)).toEqual(polls.map(() => POLLIN));
  });

  test('by thousands that are never ready keeps nobody waiting, and gives its memory back', async () => {
    using silent = new Pipe();
    using pipe = new Pipe();
    const controller = new AbortController();
    const before = contexts();
    const polls = Array.from({ length: 3000 }, () =>
      poll(silent.readEnd, POLLIN, { signal: controller.signal }),
    );
    const all = Promise.allSettled(polls);
    pipe.fill();
    expect(await poll(pipe.readEnd, POLLIN)).toBe(POLLIN);
    const grown = contexts();
    expect(grown).toBeLessThanOrEqual(before + 6);
    controller.abort('enough');
    for (const each of await all) {
      expect(each).toMatchObject({
        status: 'rejected',
        reason: { ...abortError, cause: 'enough' },
      });
    }
    // Their places are free again.
    await Promise.all(Array.from({ length: 3000 }, () => poll(pipe.readEnd, POLLIN)));
    expect(contexts()).toBe(grown);
  });

  test('is cancelled by its signal, before it began and after', async () => {
    using pipe = new Pipe();
    await expect(
      poll(pipe.readEnd, POLLIN, { signal: AbortSignal.abort('enough') }),
    ).rejects.toMatchObject({ ...abortError, cause: 'enough' });
    const controller = new AbortController();
    const ready = poll(pipe.readEnd, POLLIN, { signal: controller.signal });
    setImmediate(() => {
      controller.abort();
    });
    await expect(ready).rejects.toMatchObject(abortError);
  });

  test('is cancelled when its time is over', async () => {
    using pipe = new Pipe();
    await expect(poll(pipe.readEnd, POLLIN, { timeout: 1 })).rejects.toMatchObject({
      ...abortError,
      cause: { name: 'TimeoutError' },
    });
    pipe.fill();
    expect(await poll(pipe.readEnd, POLLIN, { timeout: 60_000 })).toBe(POLLIN);
  });

  test('of a descriptor that is not open gives EBADF', async () => {
    await expect(poll(2 ** 30, POLLIN)).rejects.toMatchObject({
      code: 'EBADF',
      errno: -9,
      syscall: 'poll',
    });
  });

  test('of a FIFO that was opened for both says why the kernel cannot', async () => {
    const path = folder.file('fifo');
    execFileSync('mkfifo', [path]);
    const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    await expect(poll(both, POLLIN)).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining('opened for both reading and writing') as string,
    });
    closeSync(both);
  });

  test.for([
    ['1', POLLIN, 'ERR_INVALID_ARG_TYPE'],
    [null, POLLIN, 'ERR_INVALID_ARG_TYPE'],
    [{}, POLLIN, 'ERR_INVALID_ARG_TYPE'],
    [-1, POLLIN, 'ERR_OUT_OF_RANGE'],
    [0, undefined, 'ERR_INVALID_ARG_TYPE'],
    [0, 'in', 'ERR_INVALID_ARG_TYPE'],
    [0, -1, 'ERR_OUT_OF_RANGE'],
    [0, 0x10000, 'ERR_OUT_OF_RANGE'],
  ])('of %o with mask %o is refused: %s', async ([file, mask, code]) => {
    await expect(poll(file as AioFile, mask as number)).rejects.toMatchObject({ code });
  });
});

describe('the process', () => {
  test('stays while a poll waits, and ends when it is over', async () => {
    const path = folder.file('child');
    execFileSync('mkfifo', [path]);
    const { status, result, stderr } = await inChild(async ({ aio, fs }, fifo) => {
      const both = fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
      const end = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      // Nothing but the poll keeps the process until its timeout, which holds nothing open itself.
      const outcome = await aio
        .poll(end, aio.POLLIN, { timeout: 20 })
        .catch((error: unknown) => (error as Error).name);
      fs.writeSync(both, 'x');
      return [outcome, await aio.poll(end, aio.POLLIN)];
    }, path);
    expect({ status, stderr, result }).toEqual({
      status: 0,
      stderr: '',
      result: ['AbortError', POLLIN],
    });
  });

  test('does not stay for a context that nobody awaits anything of', async () => {
    const path = folder.file('idle');
    execFileSync('mkfifo', [path]);
    const { status, stderr, result } = await inChild(({ aio, fs }, fifo) => {
      fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
      const end = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      const context = new aio.AioContext({ maxInFlight: 2 });
      return context.submit(new aio.PollOperation({ file: end, mask: aio.POLLIN }));
    }, path);
    expect({ status, stderr, result }).toEqual({ status: 0, stderr: '', result: 1 });
  });
});
