import { channel } from 'node:diagnostics_channel';

/** What is published about an operation on `aio.operation.start` and `aio.operation.end`. */
export interface OperationMessage {
  /** 'read', 'write', 'fsync' or 'fdatasync'. */
  readonly syscall: string;
  readonly fd: number;
  /** In bytes from the start of the file; 0 for syncs. */
  readonly offset: number;
  /** Bytes that were asked for. */
  readonly bytes: number;
  /** At the end: bytes done, or a negative errno. */
  readonly result?: number;
}

/** An operation was asked for. */
export const operationStart: ReturnType<typeof channel> = channel('aio.operation.start');
/** An operation has settled. */
export const operationEnd: ReturnType<typeof channel> = channel('aio.operation.end');
