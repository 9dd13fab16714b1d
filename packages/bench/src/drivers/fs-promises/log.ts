import { open } from 'node:fs/promises';
import type { Log } from '../../jobs/log/work.js';
import { promiseLog } from '../promise-log.js';

/** `FileHandle.write` and `datasync` of `fs.promises`. */
export async function openLog(path: string): Promise<Log> {
  return promiseLog(await open(path, 'ax'));
}
