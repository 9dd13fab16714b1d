import { AioContext, RWF_NOWAIT, ReadOperation } from 'aio';
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { EvaluationFile, FileReader } from '../../jobs/evaluation/work.js';
import { readWhole } from './read-whole.js';

/** Whole files into buffers, without waiting for what is not in memory. */
function readsOf(fds: readonly number[], buffers: readonly Uint8Array[]): readonly ReadOperation[] {
  return buffers.map(
    (buffer, i) => new ReadOperation({ file: fds[i] ?? -1, buffer, flags: RWF_NOWAIT }),
  );
}

/**
 * As in linux_aio's own Evaluation: files that were opened synchronously, and operations that are made
 * once, submitted together in every round, and collected from the ring.
 */
export function openFiles(
  files: readonly EvaluationFile[],
  buffers: readonly Uint8Array[],
): FileReader {
  const fds = files.map(({ path }) => openSync(path, 'r'));
  const context = new AioContext({ maxInFlight: files.length });
  const reads = readsOf(fds, buffers);
  return {
    readAll: () => readWhole(context, reads)?.then(() => buffers) ?? buffers,
    close() {
      context.close();
      for (const fd of fds) closeSync(fd);
    },
  };
}

/** Opened, measured and closed synchronously, as `readFile` would; read together. */
export function reopenFiles(files: readonly EvaluationFile[]): FileReader {
  const context = new AioContext({ maxInFlight: files.length });
  return {
    async readAll() {
      const fds: number[] = [];
      try {
        for (const { path } of files) fds.push(openSync(path, 'r'));
        const buffers = fds.map((fd) => Buffer.allocUnsafe(fstatSync(fd).size));
        await readWhole(context, readsOf(fds, buffers));
        return buffers;
      } finally {
        for (const fd of fds) closeSync(fd);
      }
    },
    close() {
      context.close();
    },
  };
}
