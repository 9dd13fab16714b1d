import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type { Log } from '../../jobs/log/work.js';
import { checkRecord } from '../promise-log.js';

/** `fs.writeSync` and `fs.fdatasyncSync`: one record after the other, whatever writers there are. */
export function openLog(path: string): Log {
  const fd = openSync(path, 'ax');
  return {
    append(record) {
      checkRecord(writeSync(fd, record, 0, record.length), record);
      fdatasyncSync(fd);
    },
    close: () => closeSync(fd),
  };
}
