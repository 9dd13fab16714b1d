// A vectored write, an fsync, a read, a poll, and a poll that is cancelled.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as aio from 'aio-bind';

const folder = mkdtempSync(path.join(tmpdir(), 'aio-bind-'));
const fd = openSync(path.join(folder, 'greeting'), 'w+');

const ctx = new aio.aio_context_t(); // aio_context_t ctx = 0;
aio.io_setup(8, ctx);

const events = new aio.IoEventArray(8);
const iocb = new aio.Iocb();

/** Submits the iocb and waits, blocking, for its event. */
function complete() {
  aio.io_submit(ctx, 1, [iocb]);
  aio.io_getevents(ctx, 1, 1, events, null);
  const { res } = events.at(0);
  if (res < 0n) throw aio.errnoError(Number(res), 'aio');
  return res;
}

const pieces = new aio.IoVecArray([Buffer.from('Hello, '), Buffer.from('kernel!')]);
aio.io_prep_pwritev(iocb, fd, pieces, pieces.length, 0);
console.log('written:', complete());

aio.io_prep_fsync(iocb, fd);
console.log('synced:', complete());

const buffer = Buffer.alloc(64);
aio.io_prep_pread(iocb, fd, buffer, buffer.length, 0);
const read = Number(complete()); // short: the file ends before the buffer does
console.log('read:', buffer.toString('latin1', 0, read));

// A pipe from another program: poll until there is something to read.
const echo = spawn('echo', ['ready'], { stdio: ['ignore', 'pipe', 'inherit'] });
aio.io_prep_poll(iocb, echo.stdout._handle.fd, aio.POLLIN);
console.log('readable:', (complete() & BigInt(aio.POLLIN)) !== 0n);
await once(echo, 'exit'); // whose SIGCHLD would interrupt the next wait (EINTR)

// Nothing will ever come here, so the poll is cancelled; its event comes all the same.
const silent = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
aio.io_prep_poll(iocb, silent.stdout._handle.fd, aio.POLLIN);
aio.io_submit(ctx, 1, [iocb]);
aio.io_cancel(ctx, iocb, null);
aio.io_getevents(ctx, 1, 1, events, null);
console.log('cancelled:', events.at(0).res);
silent.stdin.end();

aio.io_destroy(ctx);
closeSync(fd);
rmSync(folder, { recursive: true });
