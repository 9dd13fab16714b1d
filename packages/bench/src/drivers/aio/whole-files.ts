/** `readFile` of `aio`. */
export { readFile } from 'aio';
