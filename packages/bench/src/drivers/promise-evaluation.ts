import type { FileHandle } from 'node:fs/promises';
import type { EvaluationFile, FileReader } from '../jobs/evaluation/work.js';
import { checkWhole } from './check-read.js';

/** `FileHandle.read` of all files at once. */
export async function heldOpen(
  open: (path: string) => Promise<Pick<FileHandle, 'read' | 'close'>>,
  files: readonly EvaluationFile[],
  buffers: readonly Uint8Array[],
): Promise<FileReader> {
  const handles = await Promise.all(files.map(({ path }) => open(path)));
  return {
    async readAll() {
      await Promise.all(
        handles.map(async (handle, i) => {
          const buffer = buffers[i] ?? new Uint8Array();
          const { bytesRead } = await handle.read(buffer, 0, null, 0);
          checkWhole(bytesRead, buffer);
        }),
      );
      return buffers;
    },
    async close() {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}

/** `readFile` of all files at once. */
export function openedEachTime(
  readFile: (path: string) => Promise<Uint8Array>,
  files: readonly EvaluationFile[],
): FileReader {
  return {
    readAll: () => Promise.all(files.map(({ path }) => readFile(path))),
    close: () => undefined,
  };
}
