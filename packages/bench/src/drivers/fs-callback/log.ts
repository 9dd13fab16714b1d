import { closeSync, fdatasync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import type { Log } from '../../jobs/log/work.js';
import { checkRecord } from '../promise-log.js';

const writing = promisify(write);
const syncing = promisify(fdatasync);

/** `fs.write` and `fs.fdatasync` with callbacks, each turned into a promise. */
export function openLog(path: string): Log {
  const fd = openSync(path, 'ax');
  return {
    async append(record) {
      const { bytesWritten } = await writing(fd, record, 0, record.length, null);
      checkRecord(bytesWritten, record);
      await syncing(fd);
    },
    close: () => closeSync(fd),
  };
}
