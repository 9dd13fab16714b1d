import type { FileHandle } from 'node:fs/promises';
import type { Log } from '../jobs/log/work.js';

/** A record that was cut would look fast. */
export function checkRecord(bytes: number, record: Uint8Array): void {
  if (bytes === record.length) return;
  throw new Error(`${bytes} bytes were appended in place of ${record.length}`);
}

/** `await handle.write(record); await handle.datasync()`. */
export function promiseLog(handle: Pick<FileHandle, 'write' | 'datasync' | 'close'>): Log {
  return {
    async append(record) {
      const { bytesWritten } = await handle.write(record, 0, record.length);
      checkRecord(bytesWritten, record);
      await handle.datasync();
    },
    close: () => handle.close(),
  };
}
