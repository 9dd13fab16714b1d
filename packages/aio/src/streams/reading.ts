import { AsyncResource } from 'node:async_hooks';
import type { ReadStream } from 'node:fs';
import { type ServedHandle, SERVED, servedNow } from '../handle/served.js';
import { answer, operationsOf } from './node-operations.js';
import { type Chunk, ReadAhead } from './read-ahead.js';

/** What Node's stream has, and its type does not say: the last byte that it gives. */
interface Bounded {
  readonly end: number;
}

const results = ({ bytesRead, buffer }: Chunk): [number, Buffer] => [bytesRead, buffer];

/** Has a stream of a handle read ahead. */
export function readAheadFor(handle: ServedHandle, stream: ReadStream): ReadStream {
  const operations = handle[SERVED] && operationsOf(stream);
  if (operations === undefined || operations === null) return stream;
  const { read: byNode, close: closeByNode } = operations;
  const { end } = stream as unknown as Bounded;
  const ahead = new ReadAhead();

  operations.read = (fd, view, offset, length, position, done) => {
    const served = servedNow(handle);
    // Where it is has to be told by a number that kernel and stream agree on.
    if (served === null || offset !== 0 || length !== view.length || !isPlace(position)) {
      ahead.drop();
      byNode(fd, view, offset, length, position, done);
      return;
    }
    if (position !== undefined) {
      const left = end - position + 1;
      answer(ahead.read(served, { view, position, left }), done, results, view);
      return;
    }
    const left = end - stream.bytesRead + 1;
    const chunk = served.file.position.read(
      (at) => ahead.read(served, { view, position: at, left }),
      ({ bytesRead }) => bytesRead,
      {},
    );
    answer(chunk, done, results, view);
  };
  // What is read ahead is nobody's: the handle is not to seem in use for it. Whoever hears of the end hears of it where the
  // stream was destroyed, and not where what came last was asked for.
  operations.close = (fd, done) => {
    ahead.whenIdle(AsyncResource.bind(() => closeByNode(fd, done)));
  };
  return stream;
}

function isPlace(position: number | undefined): boolean {
  return position === undefined || position < Number.MAX_SAFE_INTEGER / 2;
}
