import { AsyncResource } from 'node:async_hooks';
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
/** An operation has settled: well, badly, or by being taken back (-ECANCELED). */
export const operationEnd: ReturnType<typeof channel> = channel('aio.operation.end');

/** Whether somebody traces. */
export function isTraced(): boolean {
  return operationStart.hasSubscribers || operationEnd.hasSubscribers;
}

/** Where an operation was asked for: whoever hears of its end finds the AsyncLocalStorage of that. */
export class TraceScope extends AsyncResource {
  constructor() {
    super('aio.operation', { requireManualDestroy: true });
  }
}

/**
 * Tells those who trace that an operation has settled.
 *
 * @param scope - null where nobody traced when it was asked for
 * @param result - bytes, or -errno
 */
export function publishEnd(
  scope: TraceScope | null,
  message: OperationMessage,
  result: number,
): void {
  if (!operationEnd.hasSubscribers) return;
  const publish = (): void => {
    operationEnd.publish({ ...message, result });
  };
  if (scope === null) publish();
  else scope.runInAsyncScope(publish);
}
