// The fast way: iocbs filled through typed arrays, one native call to submit a batch, and events
// collected from the mapped ring without any system call.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as aio from 'aio-bind';

const BATCH = 32;
const BLOCK = 4096;
const BLOCKS = 1024;
const ROUNDS = 1000;

const folder = mkdtempSync(path.join(tmpdir(), 'aio-bind-'));
const file = path.join(folder, 'data');
writeFileSync(file, Buffer.alloc(BLOCKS * BLOCK));
const fd = openSync(file, 'r');

const ctx = new aio.aio_context_t();
aio.io_setup(BATCH, ctx);
const slab = new aio.IocbSlab(BATCH);
const events = new aio.IoEventArray(BATCH);
const memory = aio.allocAligned(BATCH * BLOCK);
const slots = Uint32Array.from({ length: BATCH }, (_, slot) => slot);

// What stays the same is filled in once. The slab keeps what a view names, so each gets its piece.
for (const slot of slots) {
  const piece = memory.subarray(slot * BLOCK, (slot + 1) * BLOCK);
  aio.io_prep_pread(new aio.Iocb(slab, slot), fd, piece, BLOCK, 0);
}

// The rest by words. Offsets below 4 GiB fit the low word; on a big-endian machine it is the other.
const WORDS = aio.layout.iocb.size / 4;
const OFFSET = aio.layout.iocb.aio_offset / 4;
const EVENT_WORDS = aio.layout.io_event.size / 4;
const RES = aio.layout.io_event.res / 4;

let bytes = 0;
for (let round = 0; round < ROUNDS; round++) {
  for (const slot of slots) {
    slab.u32[slot * WORDS + OFFSET] = Math.trunc(Math.random() * BLOCKS) * BLOCK;
  }
  let submitted = aio.io_submit(ctx, BATCH, slab, slots);
  while (submitted < BATCH)
    submitted += aio.io_submit(ctx, BATCH - submitted, slab, slots.subarray(submitted));
  for (let done = 0; done < BATCH;) {
    const count = aio.io_getevents_ring(ctx, BATCH, events);
    // Not cached yet, so not complete on return: wait.
    const got = count > 0 ? count : aio.io_getevents(ctx, 1, BATCH, events, null);
    for (let i = 0; i < got; i++) bytes += events.i32[i * EVENT_WORDS + RES];
    done += got;
  }
}
console.log(`read ${bytes} bytes in ${ROUNDS} batches of ${BATCH}`);

aio.io_destroy(ctx);
closeSync(fd);
rmSync(folder, { recursive: true });
