import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { AioFileHandle } from '../aio-file-handle.js';
import { claimStack, stackRefusal } from '../engine/claim-stack.js';
import { deviceOf } from '../engine/device.js';
import { isSeekable, kindOf } from '../engine/file-kind.js';
import type { Carrier } from '../engine/carrier.js';
import { isMadeUp } from '../engine/made-up-files.js';
import { type NodeMethods, OpenFile } from '../engine/open-file.js';
import { OwnPromise, chain } from '../engine/own-promise.js';
import { type FileHandleClass, classOver } from './file-handle.js';
import { SERVED } from './served.js';

/** Ours, by Node's: there is one FileHandle in a process, but nothing says so. */
const classes = new WeakMap<FileHandleClass, FileHandleClass>();

function classFor(nodeClass: FileHandleClass): FileHandleClass {
  let ours = classes.get(nodeClass);
  if (ours === undefined) {
    ours = classOver(nodeClass);
    classes.set(nodeClass, ours);
  }
  return ours;
}

function nodeMethodsOf(handle: FileHandle, { prototype: node }: FileHandleClass): NodeMethods {
  return {
    read: (...args) => node.read.call(handle, ...args),
    write: (...args) => node.write.call(handle, ...args),
    readv: (...args) => node.readv.call(handle, ...args),
    writev: (...args) => node.writev.call(handle, ...args),
    sync: () => node.sync.call(handle),
    datasync: () => node.datasync.call(handle),
  };
}

function has(flags: string | number, bit: number, letter: string): boolean {
  return typeof flags === 'number' ? (flags & bit) !== 0 : flags.includes(letter);
}

/** Keeps a handle's descriptor open until it is let go, as Node's own methods do. */
interface Hold {
  readonly take: () => void;
  readonly letGo: () => void;
}

function symbolOf(owner: object, name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(owner).find(({ description }) => description === name);
}

function method(owner: object, name: string): (() => void) | null {
  const symbol = symbolOf(owner, name);
  return symbol === undefined ? null : (Reflect.get(owner, symbol) as () => void);
}

/** @returns null where this version of Node has no such methods by the names that we know */
function holdOn(handle: FileHandle, { prototype: node }: FileHandleClass): Hold | null {
  const take = method(node, 'kRef');
  const letGo = method(node, 'kUnref');
  if (take === null || letGo === null) return null;
  return { take: take.bind(handle), letGo: letGo.bind(handle) };
}

function becameIdle(file: OpenFile): Promise<void> {
  return new OwnPromise((resolve) => {
    file.whenIdle(resolve);
  });
}

/** `close()` waits for what is under way, as Node's does: it says at once that the handle is closed. */
function closeWhenIdle(handle: FileHandle, file: OpenFile, hold: Hold | null): void {
  // Some versions of Node have it on the instance.
  const nodeClose = handle.close.bind(handle);
  let closing: Promise<void> | undefined;
  let isHeld = false;
  Object.defineProperty(handle, 'close', {
    configurable: true,
    enumerable: Object.hasOwn(handle, 'close'),
    writable: true,
    value: (): Promise<void> => {
      const noStack = stackRefusal();
      if (noStack !== null) return noStack;
      if (isHeld) return nodeClose();
      // What comes while it is held is still ours: Node's methods come neither behind a direct file's writes, nor to its
      // descriptor with what is not aligned.
      file.leftToNode ||= file.idle || hold === null;
      if (file.idle) return nodeClose();
      if (hold === null) {
        // In a job of its own: it tells listeners, while others wait for what has ended together with this file's last.
        closing ??= chain(becameIdle(file), nodeClose);
        return closing;
      }
      isHeld = true;
      hold.take();
      try {
        return nodeClose();
      } finally {
        // Also where a listener throws.
        file.whenIdle(() => {
          file.leftToNode = true;
          hold.letGo();
        });
      }
    },
  });
}

/**
 * With `autoClose`, Node's `pullSync()` and a `writer()` that failed close the descriptor on the spot, whatever is under
 * way: its number is reused, and what is queued by it would read from another file, or write to it.
 */
function closeSyncOnlyWhenIdle(
  handle: FileHandle,
  file: OpenFile,
  { prototype: node }: FileHandleClass,
): void {
  const symbol = symbolOf(node, 'kCloseSync');
  if (symbol === undefined) return;
  const closeSync = Reflect.get(node, symbol) as () => void;
  const value = (): void => {
    if (file.idle) closeSync.call(handle);
    else void handle.close();
  };
  Object.defineProperty(handle, symbol, { value });
}

/** Where Node's FileHandle says how it is transferred to another thread. */
const TRANSFER = new Set(['messaging_transfer_symbol', 'kTransfer']);

/**
 * Node refuses to transfer a handle that is in use, by a count of its own that knows nothing of ours. A
 * handle that is gone has its descriptor closed elsewhere, and the number reused, under what is queued.
 */
function transferOnlyWhenIdle(handle: FileHandle, file: OpenFile): void {
  for (let owner: object | null = handle; owner !== null;) {
    const symbol = Object.getOwnPropertySymbols(owner).find(({ description = '' }) =>
      TRANSFER.has(description),
    );
    if (symbol !== undefined) {
      const transfer = Reflect.get(owner, symbol) as () => unknown;
      const value = (): unknown => {
        claimStack();
        if (file.idle) return transfer.call(handle);
        throw new DOMException('Cannot transfer FileHandle while in use', 'DataCloneError');
      };
      Object.defineProperty(handle, symbol, { value });
      return;
    }
    owner = Object.getPrototypeOf(owner) as object | null;
  }
}

/**
 * Makes a handle that Node opened one of ours. Kernel AIO serves it if its file is of a kind that has AIO: a
 * regular file or a block device. Others, and what the kernel makes up (/proc), are read and written by Node's own methods.
 *
 * @param engine - null where Node serves all of them
 * @param flags - what it was opened with
 * @param before - what stands before the engine for this file, if anything does
 */
export function adopt(
  handle: FileHandle,
  engine: Carrier | null,
  flags: string | number,
  before?: (engine: Carrier, file: OpenFile) => Carrier,
): AioFileHandle {
  const nodeClass = handle.constructor as unknown as FileHandleClass;
  Object.setPrototypeOf(handle, classFor(nodeClass).prototype);
  if (engine === null || !isSeekable(handle.fd)) return handle as AioFileHandle;
  const { isRegular, isBlockDevice, dev } = kindOf(handle.fd);
  if ((!isRegular && !isBlockDevice) || isMadeUp(dev)) return handle as AioFileHandle;
  const file = new OpenFile({
    fd: handle.fd,
    device: deviceOf(dev),
    regular: isRegular,
    direct: typeof flags === 'number' && (flags & constants.O_DIRECT) !== 0,
    append: has(flags, constants.O_APPEND, 'a'),
    node: nodeMethodsOf(handle, nodeClass),
  });
  Object.defineProperty(handle, SERVED, {
    value: { engine: before?.(engine, file) ?? engine, file },
  });
  closeWhenIdle(handle, file, holdOn(handle, nodeClass));
  closeSyncOnlyWhenIdle(handle, file, nodeClass);
  transferOnlyWhenIdle(handle, file);
  return handle as AioFileHandle;
}
