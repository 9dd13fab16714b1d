import nodeFs from 'node:fs';

type Fs = typeof nodeFs;

/** Options with `fs` in them, unless there is one already, or a FileHandle, which has methods of its own. */
function withFs(options: unknown, fs: Fs): unknown {
  if (options === undefined || options === null) return { fs };
  if (typeof options === 'string') return { encoding: options, fs };
  if (typeof options !== 'object') return options;
  const { fs: theirs, fd } = options as { readonly fs?: unknown; readonly fd?: unknown };
  if ((theirs !== undefined && theirs !== null) || typeof fd === 'object') return options;
  // Node takes inherited ones, too.
  return Object.create(options, { fs: { value: fs, enumerable: true } }) as unknown;
}

/** Node's streams with their I/O by the functions of `fs`. */
export function streamsOver(fs: Fs): Pick<Fs, 'createReadStream' | 'createWriteStream'> {
  return {
    createReadStream: (path, options) =>
      nodeFs.createReadStream(path, withFs(options, fs) as BufferEncoding),
    createWriteStream: (path, options) =>
      nodeFs.createWriteStream(path, withFs(options, fs) as BufferEncoding),
  };
}
