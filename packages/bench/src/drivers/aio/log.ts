import { open } from 'aio';
import type { Log } from '../../jobs/log/work.js';
import { promiseLog } from '../promise-log.js';

/** The same calls as of `fs.promises`, on a handle of `aio`. */
export async function openLog(path: string): Promise<Log> {
  return promiseLog(await open(path, 'ax', { backend: 'kernel' }));
}
