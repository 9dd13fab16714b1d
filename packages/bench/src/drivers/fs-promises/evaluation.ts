import { open, readFile } from 'node:fs/promises';
import type { EvaluationFile, FileReader } from '../../jobs/evaluation/work.js';
import { heldOpen, openedEachTime } from '../promise-evaluation.js';

/** `FileHandle.read` of `fs.promises`: all files at once, through Node's thread pool. */
export function openFiles(
  files: readonly EvaluationFile[],
  buffers: readonly Uint8Array[],
): Promise<FileReader> {
  return heldOpen(open, files, buffers);
}

/** `fs.promises.readFile` of all files at once. */
export function reopenFiles(files: readonly EvaluationFile[]): FileReader {
  return openedEachTime(readFile, files);
}
