/** `fs.readFileSync`: one after the other, on the event loop. */
export { readFileSync } from 'node:fs';
