/**
 * Asynchronous file I/O by Linux kernel AIO.
 *
 * @packageDocumentation
 */
export * from './constants.js';
export { alignedBuffer } from './aligned-buffer.js';
export type {
  AioFileHandle,
  Patience,
  ReadOptions,
  WholeWrite,
  WriteOptions,
  Written,
} from './aio-file-handle.js';
export type { Backend } from './backend.js';
export type { DirectAlignment } from './direct/alignment.js';
export type { EngineStats } from './engine/counters.js';
export type { Latency } from './engine/latency-histogram.js';
export type { OperationMessage } from './engine/tracing.js';
export { AioContext, type AioContextOptions } from './context/aio-context.js';
export { AioEvent, type TransferredBytes } from './context/aio-event.js';
export type { SubmitError } from './context/submit-error.js';
export type { FileSlice } from './handle/file-slice.js';
export type { ManyResult } from './many/many-result.js';
export type { ManyRanges, ManyRequest } from './many/ranges.js';
export { type OpenOptions, open } from './open.js';
export {
  type BufferOperation,
  type BufferOptions,
  ReadOperation,
  WriteOperation,
} from './operations/buffer-operations.js';
export type { AioOperation } from './operations/operation.js';
export type {
  AioCommand,
  OperationBase,
  OperationClass,
  OperationOptions,
} from './operations/operation-base.js';
export type { AioFile } from './operations/operation-state.js';
export { PollOperation, type PollOperationOptions } from './operations/poll-operation.js';
export { FdatasyncOperation, FsyncOperation } from './operations/sync-operations.js';
export type { TransferOperation, TransferOptions } from './operations/transfer-operation.js';
export {
  ReadvOperation,
  type VectorOperation,
  type VectorOptions,
  WritevOperation,
} from './operations/vector-operations.js';
export { poll } from './poll/poll.js';
export { stats } from './stats.js';
export { type Probe, probe } from './probe.js';
export { readFile } from './whole/read-file.js';
export { appendFile, writeFile } from './whole/write-file.js';
