// Calls that an ordinary handle leaves to Node's own methods, in the form that the engine takes: Node's
// would come to the descriptor as they are, and fail there for want of alignment.
import { claimStack } from '../engine/claim-stack.js';
import type { FileHandleClass } from '../handle/file-handle.js';

/** How many buffers one operation takes. */
const MAX_VECTORS = 1024;

interface Transferred {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
}

type View = ArrayBufferView;

const classes = new WeakMap<FileHandleClass, FileHandleClass>();

/** The class of handles for direct I/O, over that of any handle of ours. */
export function directClassFor(ours: FileHandleClass): FileHandleClass {
  let direct = classes.get(ours);
  if (direct === undefined) {
    direct = classOver(ours);
    classes.set(ours, direct);
  }
  return direct;
}

function classOver(Base: FileHandleClass): FileHandleClass {
  return class DirectFileHandle extends Base {
    override read(
      first?: unknown,
      second?: unknown,
      length?: unknown,
      position?: unknown,
    ): Promise<unknown> {
      if (ArrayBuffer.isView(first)) {
        return super.read(first, withNumber(second), length, asNumber(position));
      }
      return super.read(withNumber(first), second, length, position);
    }

    override async write(
      first: unknown,
      second?: unknown,
      third?: unknown,
      position?: unknown,
    ): Promise<unknown> {
      claimStack();
      const bytes = encoded(first, third);
      if (bytes === null) {
        return typeof first === 'string'
          ? super.write(first, current(second), third)
          : super.write(first, withCurrent(second), third, current(position));
      }
      const where = current(second);
      const { bytesWritten } = (await super.write(bytes, 0, bytes.length, where)) as Transferred;
      return { bytesWritten, buffer: first };
    }

    override async readv(buffers: unknown, position?: unknown, options?: unknown): Promise<object> {
      claimStack();
      const readSome = (some: unknown, at: unknown): Promise<object> =>
        super.readv(some, at, options);
      if (!areTooMany(buffers)) return readSome(buffers, current(position));
      return { bytesRead: await inParts(buffers, current(position), readSome), buffers };
    }

    override async writev(
      buffers: unknown,
      position?: unknown,
      options?: unknown,
    ): Promise<object> {
      claimStack();
      const writeSome = (some: unknown, at: unknown): Promise<object> =>
        super.writev(some, at, options);
      if (!areTooMany(buffers)) return writeSome(buffers, current(position));
      return { bytesWritten: await inParts(buffers, current(position), writeSome), buffers };
    }

    override readFile(options?: unknown): Promise<unknown> {
      return super.readFile(known(options));
    }

    override async writeFile(data: unknown, options?: unknown): Promise<unknown> {
      claimStack();
      const write = (piece: unknown): Promise<unknown> => super.writeFile(piece, known(options));
      if (isIterable(data)) for await (const piece of data) await write(asData(piece));
      else await write(data);
      const { flush } = (typeof options === 'object' ? (options ?? {}) : {}) as { flush?: unknown };
      if (flush === true) await this.sync();
      return undefined;
    }

    override appendFile(data: unknown, options?: unknown): Promise<unknown> {
      return this.writeFile(data, options);
    }

    override readableWebStream(options?: object): unknown {
      // Any other reads the descriptor by itself.
      return super.readableWebStream({ ...options, type: 'bytes' });
    }
  };
}

/** A position that is a bigint, which not every version of Node takes; whatever else as it is. */
function asNumber(position: unknown): unknown {
  const fits = typeof position === 'bigint' && position <= BigInt(Number.MAX_SAFE_INTEGER);
  return fits ? Number(position) : position;
}

function withNumber(options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return options;
  const { position } = options as { readonly position?: unknown };
  return typeof position === 'bigint' ? { ...options, position: asNumber(position) } : options;
}

/** Where to go: to Node, anything below 0 is the descriptor's own position too. */
function current(position: unknown): unknown {
  return typeof position === 'number' && position < 0 ? null : position;
}

function withCurrent(options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return options;
  const { position } = options as { readonly position?: unknown };
  const where = current(position);
  return where === position ? options : { ...options, position: where };
}

/** A string with an encoding, as bytes; null for what is taken as it is, or refused. */
function encoded(text: unknown, encoding: unknown): Buffer | null {
  if (typeof text !== 'string' || text === '' || typeof encoding !== 'string') return null;
  if (encoding.toLowerCase() === 'hex' && text.length % 2 !== 0) return null;
  // What Node does not know is UTF-8 to it.
  return Buffer.from(text, Buffer.isEncoding(encoding) ? encoding : 'utf8');
}

function areTooMany(buffers: unknown): buffers is readonly View[] {
  if (!Array.isArray(buffers) || buffers.length <= MAX_VECTORS) return false;
  return buffers.every((buffer) => ArrayBuffer.isView(buffer));
}

/** One operation after the other, until one is short. @returns bytes of all */
async function inParts(
  buffers: readonly View[],
  position: unknown,
  transfer: (some: readonly View[], position: unknown) => Promise<Transferred>,
): Promise<number> {
  const all = [...buffers];
  let done = 0;
  for (let from = 0; from < all.length; from += MAX_VECTORS) {
    const part = all.slice(from, from + MAX_VECTORS);
    const at = typeof position === 'number' ? position + done : position;
    const { bytesRead, bytesWritten } = await transfer(part, at);
    const count = bytesRead ?? bytesWritten ?? 0;
    done += count;
    if (count < part.reduce((sum, { byteLength }) => sum + byteLength, 0)) break;
  }
  return done;
}

/** Options without those that have no meaning for a handle, such as `flag`. */
function known(options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return options;
  const { encoding, signal, timeout } = options as Record<string, unknown>;
  return { encoding, signal, timeout };
}

function isIterable(data: unknown): data is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}

function asData(piece: unknown): unknown {
  if (typeof piece === 'string' || ArrayBuffer.isView(piece)) return piece;
  return Buffer.from(piece as Uint8Array);
}
