// Nothing here blocks the event loop: reads that are not cached are refused (RWF_NOWAIT) and go to
// submit threads, and the loop is woken by an eventfd when anything has completed.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import * as aio from 'aio-bind';

const EAGAIN = -constants.errno.EAGAIN; // not cached: would have to wait
const EOPNOTSUPP = -constants.errno.EOPNOTSUPP; // a file system without NOWAIT, such as tmpfs
const READS = 16;
const BLOCK = 4096;

const folder = mkdtempSync(path.join(tmpdir(), 'aio-bind-'));
const file = path.join(folder, 'blocks');
writeFileSync(file, Buffer.concat(Array.from({ length: READS }, (_, i) => Buffer.alloc(BLOCK, i))));
const fd = openSync(file, 'r');

const ctx = new aio.aio_context_t();
aio.io_setup(READS, ctx);
const slab = new aio.IocbSlab(READS);
const events = new aio.IoEventArray(READS);
const buffers = Array.from({ length: READS }, () => Buffer.alloc(BLOCK));
let left = READS;

const watcher = new aio.EventWatcher(collect);
const threads = new aio.SubmitThreads({ threads: 4, watcher });

function collect() {
  let count;
  while ((count = aio.io_getevents_ring(ctx, events.length, events)) > 0) settle(count);
  settle(threads.refused(events));
  if (left === 0) finish();
}

function settle(count) {
  for (let i = 0; i < count; i++) {
    const { obj, res } = events.at(i);
    const result = Number(res);
    const slot = slab.slotOf(obj);
    const iocb = new aio.Iocb(slab, slot);
    if (result === EAGAIN || result === EOPNOTSUPP) {
      iocb.aio_rw_flags = 0; // now it may wait, on a thread of ours
      threads.submit(ctx, slab, Uint32Array.of(slot));
      continue;
    }
    if (result < 0) throw aio.errnoError(result, 'read');
    if (result !== BLOCK || buffers[slot].some((byte) => byte !== slot)) {
      throw new Error(`block ${slot} is not what was written`);
    }
    left--;
  }
}

function finish() {
  console.log(`read ${READS} blocks`);
  threads.close();
  watcher.close();
  aio.io_destroy(ctx);
  closeSync(fd);
  rmSync(folder, { recursive: true });
}

for (let slot = 0; slot < READS; slot++) {
  const iocb = new aio.Iocb(slab, slot);
  aio.io_prep_pread(iocb, fd, buffers[slot], BLOCK, slot * BLOCK);
  iocb.aio_rw_flags = aio.RWF_NOWAIT;
  aio.io_set_eventfd(iocb, watcher.fd);
}
watcher.ref();
let submitted = 0;
while (submitted < READS) {
  const rest = Uint32Array.from({ length: READS - submitted }, (_, i) => submitted + i);
  try {
    submitted += aio.io_submit(ctx, rest.length, slab, rest);
  } catch (error) {
    if (error.errno !== EOPNOTSUPP) throw error;
    // Refused at submission: the same way as above, but for the first of them only.
    new aio.Iocb(slab, submitted).aio_rw_flags = 0;
    threads.submit(ctx, slab, rest, 1);
    submitted++;
  }
}
