import {
  Iocb,
  IocbSlab,
  IoEventArray,
  aio_context_t,
  io_destroy,
  io_getevents,
  io_getevents_ring,
  io_prep_pread,
  io_setup,
} from 'aio-bind';
import { closeSync, openSync } from 'node:fs';
import type { EvaluationFile, FileReader } from '../../jobs/evaluation/work.js';
import { checkWhole } from '../check-read.js';
import { bytesOf, slotOf } from './event-words.js';
import { submitAll } from './submit-all.js';

/**
 * Kernel AIO, raw: the reads are prepared once, every round submits them all with one system
 * call, and collects them from the ring without any. The system call that waits is for what was
 * not done by then (a buffered read always is).
 */
export function openFiles(
  files: readonly EvaluationFile[],
  buffers: readonly Uint8Array[],
): FileReader {
  const fds = files.map(({ path }) => openSync(path, 'r'));
  const count = files.length;
  const context = new aio_context_t();
  io_setup(count, context);
  const slab = new IocbSlab(count);
  const events = new IoEventArray(count);
  const slots = Uint32Array.from({ length: count }, (_, i) => i);
  for (const [i, buffer] of buffers.entries()) {
    const iocb = new Iocb(slab, i);
    io_prep_pread(iocb, fds[i] ?? -1, buffer, buffer.length, 0);
    iocb.aio_data = BigInt(i);
  }

  return {
    readAll() {
      submitAll(context, count, slab, slots);
      for (let done = 0; done < count;) {
        let got = io_getevents_ring(context, count, events);
        if (got === 0) got = io_getevents(context, 1, count - done, events, null);
        for (let i = 0; i < got; i++) checkWhole(bytesOf(events, i), buffers[slotOf(events, i)]!);
        done += got;
      }
      return buffers;
    },
    close() {
      io_destroy(context);
      for (const fd of fds) closeSync(fd);
    },
  };
}
