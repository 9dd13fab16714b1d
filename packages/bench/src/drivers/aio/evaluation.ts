import { open, readFile } from 'aio';
import type { EvaluationFile, FileReader } from '../../jobs/evaluation/work.js';
import { heldOpen, openedEachTime } from '../promise-evaluation.js';

/** The same calls as of `fs.promises`, on handles of `aio`. */
export function openFiles(
  files: readonly EvaluationFile[],
  buffers: readonly Uint8Array[],
): Promise<FileReader> {
  return heldOpen((path) => open(path, 'r', { backend: 'kernel' }), files, buffers);
}

/** `readFile` of `aio`, all files at once. */
export function reopenFiles(files: readonly EvaluationFile[]): FileReader {
  return openedEachTime((path) => readFile(path), files);
}
