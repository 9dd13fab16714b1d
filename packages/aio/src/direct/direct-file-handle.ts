// Calls that an ordinary handle leaves to Node's own methods, in the form that the engine takes: Node's
// would come to the descriptor as they are, and fail there for want of alignment.
import { invalidValue } from '../argument-errors.js';
import { claimStack } from '../engine/claim-stack.js';
import { type Patience, withinOneLimit } from '../engine/give-up.js';
import type { OpenFile } from '../engine/open-file.js';
import { patienceOf, vectorPosition } from '../handle/arguments.js';
import { readvAtPosition, writevAtPosition } from '../handle/at-position.js';
import type { FileHandleClass } from '../handle/file-handle.js';
import { isIterable } from '../handle/pieces.js';
import { type Served, servedNow } from '../handle/served.js';
import { wholeBytes, wholeOptions, writeWhole } from '../handle/whole-file.js';

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
      const served = servedNow(this);
      const many = served && tooMany(buffers, current(position));
      if (served === null || many === null) {
        return super.readv(buffers, current(position), options);
      }
      const patience = patienceOf(options);
      return { bytesRead: await inParts(served, many, patience, readvAtPosition), buffers };
    }

    override async writev(
      buffers: unknown,
      position?: unknown,
      options?: unknown,
    ): Promise<object> {
      claimStack();
      const served = servedNow(this);
      const many = served && tooMany(buffers, current(position));
      if (served === null || many === null) {
        return super.writev(buffers, current(position), options);
      }
      const patience = patienceOf(options);
      return { bytesWritten: await inParts(served, many, patience, writevAtPosition), buffers };
    }

    override async readFile(options?: unknown): Promise<unknown> {
      // First: where the stack ends between the other's rejection and its being awaited, nobody hears of that.
      claimStack();
      const { buffer } = Object(options) as { readonly buffer?: unknown };
      if (buffer === undefined) return super.readFile(options);
      throw invalidValue('options.buffer', 'is not for direct I/O, whose read() takes one', buffer);
    }

    override async writeFile(data: unknown, options?: unknown): Promise<unknown> {
      claimStack();
      const served = servedNow(this);
      const wanted = wholeOptions(options, 'utf8');
      if (served === null || wanted === null) return super.writeFile(data, options);
      const { flush } = Object(options) as { readonly flush?: unknown };
      return whileOpen(served.file, () =>
        withinOneLimit(wanted, async (shared) => {
          const write = async (piece: unknown): Promise<void> => {
            const bytes = wholeBytes(piece, wanted.encoding ?? 'utf8');
            // Node says what is wrong with it.
            if (bytes === null) await super.writeFile(piece, options);
            else await writeWhole(served, bytes, shared);
          };
          if (isIterable(data)) for await (const piece of data) await write(asData(piece));
          else await write(data);
          if (flush === true) await this.sync();
        }),
      );
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

/** More than one operation's worth of buffers. */
interface Many {
  readonly views: readonly View[];
  readonly position: number | null;
}

/** @returns null for fewer, and for what Node is to judge */
function tooMany(buffers: unknown, position: unknown): Many | null {
  if (!Array.isArray(buffers) || buffers.length <= MAX_VECTORS) return null;
  const views: unknown[] = [...(buffers as unknown[])];
  const where = vectorPosition([views[0]], position);
  if (where === undefined || !views.every((view) => ArrayBuffer.isView(view))) return null;
  return { views, position: where };
}

/** One operation after the other, until one is short. @returns bytes of all */
function inParts(
  served: Served,
  { views, position }: Many,
  patience: Patience,
  transfer: (
    served: Served,
    some: readonly View[],
    position: number | null,
    patience: Patience,
  ) => Promise<Transferred>,
): Promise<number> {
  return whileOpen(served.file, () =>
    withinOneLimit(patience, async (shared) => {
      let done = 0;
      for (let next = 0; next < views.length; next += MAX_VECTORS) {
        const part = views.slice(next, next + MAX_VECTORS);
        const at = position === null ? null : position + done;
        const { bytesRead, bytesWritten } = await transfer(served, part, at, shared);
        const count = bytesRead ?? bytesWritten ?? 0;
        done += count;
        if (count < part.reduce((sum, { byteLength }) => sum + byteLength, 0)) break;
      }
      return done;
    }),
  );
}

/** A handle that is closed meanwhile goes when all of it is done. */
async function whileOpen<T>(file: OpenFile, work: () => Promise<T>): Promise<T> {
  file.begin();
  try {
    return await work();
  } finally {
    file.end();
  }
}

function asData(piece: unknown): unknown {
  if (typeof piece === 'string' || ArrayBuffer.isView(piece)) return piece;
  return Buffer.from(piece as Uint8Array);
}
