import { open } from 'node:fs/promises';
import type { EvaluationFile, FileReader } from '../../trials/evaluation/workload.js';

/** `FileHandle.read` of `fs.promises`: all files at once, through Node's thread pool. */
export async function openFiles(
  files: readonly EvaluationFile[],
  buffers: readonly Uint8Array[],
): Promise<FileReader> {
  const handles = await Promise.all(files.map(({ path }) => open(path, 'r')));
  return {
    async readAll() {
      const results = await Promise.all(
        handles.map((handle, i) => handle.read(buffers[i] ?? new Uint8Array(), 0, null, 0)),
      );
      return results.reduce((bytes, { bytesRead }) => bytes + bytesRead, 0);
    },
    async close() {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}
