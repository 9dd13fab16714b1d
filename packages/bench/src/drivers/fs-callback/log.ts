import { closeSync, fdatasync, openSync, write } from 'node:fs';
import type { Log } from '../../jobs/log/work.js';
import { checkRecord } from '../promise-log.js';

function append(fd: number, record: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    write(fd, record, 0, record.length, null, (error, bytes) => {
      if (error !== null) {
        reject(error);
        return;
      }
      try {
        checkRecord(bytes, record);
      } catch (cut) {
        reject(cut);
        return;
      }
      fdatasync(fd, (failure) => {
        if (failure === null) resolve();
        else reject(failure);
      });
    });
  });
}

/** `fs.write` and `fs.fdatasync` with callbacks, and one promise for both. */
export function openLog(path: string): Log {
  const fd = openSync(path, 'ax');
  return { append: (record) => append(fd, record), close: () => closeSync(fd) };
}
