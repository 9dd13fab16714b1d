import { open } from 'aio';
import type { ReadHandle } from '../../jobs/memory/work.js';

export function openHandle(path: string, flags: number): Promise<ReadHandle> {
  return open(path, flags, { backend: 'kernel' });
}
