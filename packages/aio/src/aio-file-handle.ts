import type { FileHandle, FileReadResult } from 'node:fs/promises';
import type { DirectAlignment } from './direct/alignment.js';
import type { Patience } from './engine/give-up.js';
import type { FileSlice } from './handle/file-slice.js';
import type { ManyResult } from './many/many-result.js';
import type { ManyRanges, ManyRequest } from './many/ranges.js';

export type { Patience } from './engine/give-up.js';

/** What a write resolves to. */
export interface Written<T> {
  bytesWritten: number;
  buffer: T;
}

// Written out, since Node's own type has had several names, the last of them only in recent releases of @types/node.
/** Which bytes are read, and to where; from the descriptor's own position unless given, all that there is room for. */
export interface ReadOptions<T extends NodeJS.ArrayBufferView> extends Patience {
  readonly buffer?: T | undefined;
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
  readonly position?: number | bigint | null | undefined;
}

/** What of a buffer is written, and where; all of it at the descriptor's own position unless given. */
export interface WriteOptions extends Patience {
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
  readonly position?: number | null | undefined;
}

/** How a whole file is written, or appended to, where `signal` or `timeout` limit how long that may take. */
export type WholeWrite = (
  data: Parameters<FileHandle['writeFile']>[0],
  options: Patience & { readonly encoding?: BufferEncoding | null | undefined },
) => Promise<void>;

/**
 * Node's FileHandle, whose reads, writes and syncs go through kernel AIO, and can be given up: by
 * `signal`, or after `timeout` milliseconds. It then rejects with an AbortError as Node's own. What the
 * kernel has not seen is taken back; what it has goes on unheard, with its buffer pinned.
 *
 * A handle of something that has no AIO (a pipe, a terminal) takes no notice of either.
 */
export interface AioFileHandle extends FileHandle {
  /**
   * Of a handle that was opened with `direct: true`: what has to be aligned, and to how many bytes, for a transfer to
   * go past the page cache without being copied. Absent from any other handle.
   */
  readonly directAlignment?: DirectAlignment;
  read: FileHandle['read'] & {
    <T extends NodeJS.ArrayBufferView = Buffer>(
      buffer: T,
      options: ReadOptions<T>,
    ): Promise<FileReadResult<T>>;
    <T extends NodeJS.ArrayBufferView = Buffer>(
      options: ReadOptions<T>,
    ): Promise<FileReadResult<T>>;
  };
  write: FileHandle['write'] &
    (<T extends NodeJS.ArrayBufferView>(buffer: T, options: WriteOptions) => Promise<Written<T>>);
  readv: FileHandle['readv'] &
    (<T extends readonly NodeJS.ArrayBufferView[]>(
      buffers: T,
      position: number | null,
      options: Patience,
    ) => Promise<{ bytesRead: number; buffers: T }>);
  writev: FileHandle['writev'] &
    (<T extends readonly NodeJS.ArrayBufferView[]>(
      buffers: T,
      position: number | null,
      options: Patience,
    ) => Promise<{ bytesWritten: number; buffers: T }>);
  readFile: FileHandle['readFile'] & {
    (options: Patience & { readonly encoding?: null | undefined }): Promise<Buffer>;
    (options: Patience & { readonly encoding: BufferEncoding }): Promise<string>;
    (
      options: Patience & { readonly encoding?: BufferEncoding | null | undefined },
    ): Promise<string | Buffer>;
  };
  writeFile: FileHandle['writeFile'] & WholeWrite;
  appendFile: FileHandle['appendFile'] & WholeWrite;
  /** Covers every write that was issued on this handle before. */
  sync: (options?: Patience) => Promise<void>;
  /** Covers every write that was issued on this handle before. */
  datasync: (options?: Patience) => Promise<void>;

  /**
   * Reads many ranges, thousands if need be, with one promise: each into its place in one buffer (in
   * columns, which may be typed arrays), or into a buffer of its own.
   *
   * A range that fails does not fail the others: see {@link ManyResult.errorOf}, or
   * {@link ManyResult.orThrow}. Given up on, it rejects with an AbortError, and begins no more of them.
   *
   * @throws (by rejection) EBADF - the handle is closed
   * @see io_submit(2)
   */
  readMany: (
    ranges: ManyRanges | readonly ManyRequest[],
    options?: Patience,
  ) => Promise<ManyResult>;
  /**
   * Writes many ranges in the same way, in no particular order: ranges that overlap are a mistake.
   *
   * @throws ERR_INVALID_STATE - the file was opened for appending, which takes no positions
   */
  writeMany: (
    ranges: ManyRanges | readonly ManyRequest[],
    options?: Patience,
  ) => Promise<ManyResult>;
  /**
   * A range of the file, as large as it is now, that reads like a Blob.
   *
   * @param start - in bytes, from the end where it is negative; 0 unless given
   * @param end - the same, of the first byte behind it; the end of the file unless given
   * @throws EBADF - the handle is closed
   */
  slice: (start?: number, end?: number) => FileSlice;
}
