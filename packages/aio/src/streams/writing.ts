import type { WriteStream } from 'node:fs';
import { WRITE, WRITEV } from '../engine/commands.js';
import { type ServedHandle, SERVED, servedNow } from '../handle/served.js';
import { startTransfer, startVectored } from '../handle/transfers.js';
import { answer, operationsOf } from './node-operations.js';

interface Written {
  readonly bytesWritten: number;
}

const written = ({ bytesWritten }: Written): number => bytesWritten;

/**
 * Has a stream without a `start` tell the descriptor where it is when it pauses or ends, not after each chunk.
 * One write at a time, as with Node: the next may be asked for only when this one has not failed.
 */
export function writeLazilyFor(handle: ServedHandle, stream: WriteStream): WriteStream {
  const file = handle[SERVED]?.file;
  const operations = file && operationsOf(stream);
  // The kernel finds the end of the file by itself.
  if (operations === undefined || operations === null || file?.append !== false) return stream;
  const { write: byNode, writev: byNodeTogether } = operations;

  operations.write = (fd, view, offset, length, position, done) => {
    const served = servedNow(handle);
    if (served === null || position !== undefined || length === 0) {
      byNode(fd, view, offset, length, position, done);
      return;
    }
    const { engine } = served;
    const writing = file.position.runWriteLazily((at) => {
      const wanted = { view, offset, length, position: at };
      return startTransfer<Written>(engine, file, WRITE, wanted, at);
    }, written);
    answer(writing, done, (result) => [result.bytesWritten, view], view);
  };

  operations.writev = (fd, views, position, done) => {
    const served = servedNow(handle);
    if (served === null || position !== undefined || views.length === 0) {
      byNodeTogether(fd, views, position, done);
      return;
    }
    const { engine } = served;
    const writing = file.position.runWriteLazily(
      (at) => startVectored<Written>(engine, file, WRITEV, views, [...views], at, {}),
      written,
    );
    answer(writing, done, (result) => [result.bytesWritten, views], views);
  };

  // When it has finished the handle may be used again at once.
  stream.once('prefinish', () => {
    file.position.settle();
  });
  return stream;
}
