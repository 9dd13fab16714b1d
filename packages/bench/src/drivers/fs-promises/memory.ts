export { open as openHandle } from 'node:fs/promises';
