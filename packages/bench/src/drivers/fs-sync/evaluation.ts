import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { EvaluationFile, FileReader } from '../../jobs/evaluation/work.js';
import { checkWhole } from '../check-read.js';

/** `fs.readSync`: one blocking system call for each file. */
export function openFiles(
  files: readonly EvaluationFile[],
  buffers: readonly Uint8Array[],
): FileReader {
  const fds = files.map(({ path }) => openSync(path, 'r'));
  return {
    readAll() {
      for (const [i, buffer] of buffers.entries()) {
        checkWhole(readSync(fds[i] ?? -1, buffer, 0, buffer.length, 0), buffer);
      }
      return buffers;
    },
    close() {
      for (const fd of fds) closeSync(fd);
    },
  };
}

/** `fs.readFileSync`, file by file. */
export function reopenFiles(files: readonly EvaluationFile[]): FileReader {
  return {
    readAll: () => files.map(({ path }) => readFileSync(path)),
    close: () => undefined,
  };
}
