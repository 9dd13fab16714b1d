import type { ReadOperation, WriteOperation } from './buffer-operations.js';
import type { PollOperation } from './poll-operation.js';
import type { FdatasyncOperation, FsyncOperation } from './sync-operations.js';
import type { ReadvOperation, WritevOperation } from './vector-operations.js';

/** Any operation that a context takes. */
export type AioOperation =
  | ReadOperation
  | WriteOperation
  | ReadvOperation
  | WritevOperation
  | FsyncOperation
  | FdatasyncOperation
  | PollOperation;
