import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { stamp } from '../jobs/blocks/check.js';
import { Places } from '../jobs/blocks/places.js';
import type { Blocks, BlocksWork } from '../jobs/blocks/work.js';

/** What is used of a FileHandle here. */
type Handle = Pick<FileHandle, 'read' | 'write' | 'close'>;
export type OpenHandle = (path: string, flags: number) => Promise<Handle>;

export function openFlags({ write, direct }: BlocksWork): number {
  return (write ? constants.O_RDWR : constants.O_RDONLY) | (direct ? constants.O_DIRECT : 0);
}

/** Says what is wrong with a transfer that was not of a whole block. */
export function lengthError(bytes: number, { blockSize, write }: BlocksWork): Error {
  return new Error(`${bytes} bytes were ${write ? 'written' : 'read'} in place of ${blockSize}`);
}

/** Few enough that opening 10,000 files does not need 10,000 threads' worth of patience. */
const OPENS_AT_ONCE = 64;

async function openAll(open: OpenHandle, work: BlocksWork): Promise<readonly Handle[]> {
  const handles: Handle[] = [];
  for (let i = 0; i < work.paths.length; i += OPENS_AT_ONCE) {
    const paths = work.paths.slice(i, i + OPENS_AT_ONCE);
    handles.push(...(await Promise.all(paths.map((path) => open(path, openFlags(work))))));
  }
  return handles;
}

/** `await handle.read(...)`, or `write`, by as many loops at once as the depth says. */
export async function promiseBlocks(
  open: OpenHandle,
  work: BlocksWork,
  buffers: readonly Uint8Array[],
): Promise<Blocks> {
  const { blockSize, write } = work;
  const handles = await openAll(open, work);
  const places = new Places(work);
  const last = new Float64Array(buffers.length).fill(-1);
  let left = 0;

  async function readOn(index: number, buffer: Uint8Array): Promise<void> {
    while (left-- > 0) {
      places.next();
      last[index] = places.block;
      const { bytesRead } = await handles[places.file]!.read(buffer, 0, blockSize, places.position);
      if (bytesRead !== blockSize) throw lengthError(bytesRead, work);
    }
  }

  async function writeOn(index: number, buffer: Uint8Array): Promise<void> {
    while (left-- > 0) {
      places.next();
      last[index] = places.block;
      stamp(buffer, places.block);
      const handle = handles[places.file]!;
      const { bytesWritten } = await handle.write(buffer, 0, blockSize, places.position);
      if (bytesWritten !== blockSize) throw lengthError(bytesWritten, work);
    }
  }

  const lane = write ? writeOn : readOn;

  async function timedLane(
    index: number,
    buffer: Uint8Array,
    record: (milliseconds: number) => void,
  ): Promise<void> {
    while (left-- > 0) {
      places.next();
      last[index] = places.block;
      if (write) stamp(buffer, places.block);
      const handle = handles[places.file]!;
      const from = performance.now();
      const bytes = write
        ? (await handle.write(buffer, 0, blockSize, places.position)).bytesWritten
        : (await handle.read(buffer, 0, blockSize, places.position)).bytesRead;
      record(performance.now() - from);
      if (bytes !== blockSize) throw lengthError(bytes, work);
    }
  }

  return {
    async transfer(count, record) {
      left = count;
      await Promise.all(
        buffers.map((buffer, index) =>
          record === undefined ? lane(index, buffer) : timedLane(index, buffer, record),
        ),
      );
    },
    lastBlock: (index) => last[index] ?? -1,
    async close() {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}
