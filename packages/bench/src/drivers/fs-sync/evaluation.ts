import { closeSync, openSync, readSync } from 'node:fs';
import type { EvaluationFile, FileReader } from '../../trials/evaluation/workload.js';

/** `fs.readSync`: one blocking system call for each file. */
export function openFiles(
  files: readonly EvaluationFile[],
  buffers: readonly Uint8Array[],
): FileReader {
  const fds = files.map(({ path }) => openSync(path, 'r'));
  return {
    readAll() {
      let bytes = 0;
      for (const [i, buffer] of buffers.entries()) {
        bytes += readSync(fds[i] ?? -1, buffer, 0, buffer.length, 0);
      }
      return bytes;
    },
    close() {
      for (const fd of fds) closeSync(fd);
    },
  };
}
