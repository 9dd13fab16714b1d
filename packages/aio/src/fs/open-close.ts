import { AsyncResource } from 'node:async_hooks';
import nodeFs from 'node:fs';
import { claimStack } from '../engine/claim-stack.js';
import { splitCallback } from './callback.js';
import { forget, remember } from './descriptors.js';

type Rest = [flags: string];

/** Descriptors that were closed, but stay open until what is under way has ended. */
const closing = new Set<unknown>();

/** More than a process can have: who closes it has Node say what it says of any that is closed. */
const NO_DESCRIPTOR = 2 ** 31 - 1;

function openAny(path: unknown, ...args: unknown[]): void {
  const split = splitCallback(args);
  if (split === null) {
    nodeFs.open(path as string, ...(args as never as [never]));
    return;
  }
  const [before, callback] = split;
  const opened = (error: unknown, fd?: number): void => {
    if (fd === undefined) {
      callback(error);
      return;
    }
    remember(fd, before[0]);
    callback(error, fd);
  };
  nodeFs.open(path as string, ...([...before, opened] as never as [never]));
}

function openSyncAny(path: unknown, ...args: unknown[]): number {
  claimStack();
  const fd = nodeFs.openSync(path as string, ...(args as Rest));
  remember(fd, args[0]);
  return fd;
}

function closeAny(fd: unknown, ...args: unknown[]): void {
  claimStack();
  const close = (): void => {
    nodeFs.close(toClose(fd), ...(args as []));
  };
  const [callback] = args;
  const served = callback === undefined || typeof callback === 'function' ? forget(fd) : null;
  // What is under way needs the descriptor; whoever ends that is not who closes.
  if (served === null || served.file.idle) {
    close();
    return;
  }
  const inContext = AsyncResource.bind(close);
  closing.add(fd);
  served.file.whenIdle(() => {
    closing.delete(fd);
    inContext();
  });
}

/** Closed twice, its number might be somebody else's by the second time. */
function toClose(fd: unknown): number {
  return closing.has(fd) ? NO_DESCRIPTOR : (fd as number);
}

function closeSyncAny(fd: unknown): void {
  claimStack();
  forget(fd);
  nodeFs.closeSync(toClose(fd));
}

export const open: typeof nodeFs.open = openAny as typeof nodeFs.open;
export const openSync: typeof nodeFs.openSync = openSyncAny;
export const close: typeof nodeFs.close = closeAny as typeof nodeFs.close;
export const closeSync: typeof nodeFs.closeSync = closeSyncAny;
