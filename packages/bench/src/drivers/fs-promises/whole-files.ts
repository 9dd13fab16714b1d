/** `fs.promises.readFile`: through Node's thread pool, several times for each file. */
export { readFile } from 'node:fs/promises';
