import { readFileSync } from 'node:fs';

/** How many contexts this process has: the kernel maps the ring of each. */
export const contexts = (): number =>
  readFileSync('/proc/self/maps', 'utf8').split('/[aio]').length - 1;
