import { statSync } from 'node:fs';
import { constants } from 'node:os';

const { EAGAIN } = constants.errno;

/** Asks again, a bounded number of times, while the directory cache is of no help: it is the machine's. */
export function again(path: string | Buffer, read: () => number): number {
  let result = read();
  for (let times = 0; times < 100 && result === -EAGAIN; times++) {
    statSync(path);
    result = read();
  }
  return result;
}
