/**
 * Asynchronous file I/O by Linux kernel AIO.
 *
 * @packageDocumentation
 */
export type { AioFileHandle, Patience, WriteOptions, Written } from './aio-file-handle.js';
export type { Backend } from './backend.js';
export type { EngineStats } from './engine/counters.js';
export type { Latency } from './engine/latency-histogram.js';
export type { OperationMessage } from './engine/tracing.js';
export type { FileSlice } from './handle/file-slice.js';
export type { ManyResult } from './many/many-result.js';
export type { ManyRanges, ManyRequest } from './many/ranges.js';
export { type OpenOptions, open } from './open.js';
export { stats } from './stats.js';
export { type Probe, probe } from './probe.js';
export { readFile } from './whole/read-file.js';
export { appendFile, writeFile } from './whole/write-file.js';
