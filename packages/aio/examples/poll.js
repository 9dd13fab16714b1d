// Waits for a pipe without reading from it, and stops waiting.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { POLLHUP, POLLIN, poll } from 'aio';

const folder = mkdtempSync(path.join(tmpdir(), 'aio-'));
const fifo = path.join(folder, 'fifo');
execFileSync('mkfifo', [fifo]);
const pipe = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);

// Nobody writes yet, so this would wait for ever; the kernel cancels it.
await poll(pipe, POLLIN, { timeout: 10 }).catch(({ name, cause }) => {
  console.log(`gave up: ${name}, ${cause.name}`);
});

const writer = spawn('sh', ['-c', `echo hello > ${fifo}`]);
const ready = await poll(pipe, POLLIN);
console.log(`readable: ${(ready & POLLIN) !== 0}`);
const buffer = Buffer.alloc(64);
console.log(`read: ${buffer.toString('utf8', 0, readSync(pipe, buffer)).trim()}`);

// Nothing is asked for: the end is reported all the same.
console.log(`hung up: ${((await poll(pipe, 0)) & POLLHUP) !== 0}`);

writer.kill();
closeSync(pipe);
rmSync(folder, { recursive: true });
