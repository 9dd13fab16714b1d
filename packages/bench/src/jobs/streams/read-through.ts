import { once } from 'node:events';
import { contentMatches } from '../../files/content.js';
import type { StreamsDriver, StreamsWork } from './work.js';

/** The chunk on a word's boundary, which streams may not give. */
function aligned(chunk: Uint8Array): Uint8Array {
  return chunk.byteOffset % 4 === 0 ? chunk : chunk.slice();
}

/**
 * Reads a file by a stream.
 *
 * @param checked - whether every byte is looked at, or only how many there are and those of the last chunk
 */
export async function readThrough(
  driver: StreamsDriver,
  { path, size, blockSize }: StreamsWork,
  checked: boolean,
): Promise<void> {
  const stream = await driver.openReader(path, blockSize);
  let bytes = 0;
  let last: Uint8Array = new Uint8Array();
  stream.on('data', (chunk: Uint8Array) => {
    if (checked && !contentMatches(aligned(chunk), bytes)) {
      stream.destroy(new Error(`wrong bytes were read from offset ${bytes}`));
    }
    bytes += chunk.length;
    last = chunk;
  });
  await once(stream, 'close');
  if (bytes !== size) throw new Error(`${bytes} bytes were read in place of ${size}`);
  if (!contentMatches(aligned(last), size - last.length)) {
    throw new Error(`wrong bytes were read from offset ${size - last.length}`);
  }
}
