// Reads that somebody waits for, and reads that may take as long as they like. Whether it makes a
// difference is up to the device's I/O scheduler (bfq knows priorities, mq-deadline their classes).
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AioContext,
  IOPRIO_CLASS_BE,
  IOPRIO_CLASS_IDLE,
  IOPRIO_CLASS_RT,
  ReadOperation,
} from 'aio';

const folder = mkdtempSync(path.join(tmpdir(), 'aio-'));
writeFileSync(path.join(folder, 'file'), Buffer.alloc(1 << 20, 'x'));
const file = openSync(path.join(folder, 'file'), constants.O_RDONLY);

const context = new AioContext({ maxInFlight: 16 });
const read = (priorityClass, priorityLevel, index) =>
  new ReadOperation({
    file,
    buffer: Buffer.alloc(1 << 16),
    offset: index << 16,
    priorityClass,
    priorityLevel,
  });

const urgent = Array.from({ length: 8 }, (_, i) => read(IOPRIO_CLASS_BE, 0, i));
const idle = Array.from({ length: 8 }, (_, i) => read(IOPRIO_CLASS_IDLE, 0, 8 + i));
const events = await Promise.all([...idle, ...urgent].map((operation) => context.run(operation)));
const bytes = events.reduce((sum, { result }) => sum + result, 0);
console.log(`read ${bytes} bytes by two priorities`);

// Between submissions it can be set. Real time is for the privileged.
const [first] = idle;
first.setPriority(IOPRIO_CLASS_RT, 0);
const outcome = await context.run(first).then(
  () => 'done',
  ({ code }) => code,
);
console.log(`real time: ${outcome === 'done' || outcome === 'EPERM'}`);

await context[Symbol.asyncDispose]();
closeSync(file);
rmSync(folder, { recursive: true });
