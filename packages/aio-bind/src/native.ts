// The border to the addon: every native export is typed here, and nowhere else.
import { loadAddon } from './addon.js';
import type { Layout } from './layout.js';
import { whyUnavailable } from './why-unavailable.js';

/** Names a context, a slab or an array of events to the addon; 0 names nothing. */
export type NativeId = number;

export interface NativeSlab {
  id: NativeId;
  iocbs: ArrayBuffer;
  inFlight: ArrayBuffer;
  address: number;
}

export interface NativeEventArray {
  id: NativeId;
  events: ArrayBuffer;
  address: number;
}

export interface NativeRangeArray {
  id: NativeId;
  ranges: ArrayBuffer;
}

export interface NativeEventWatcher {
  start(): number;
  fd(): number;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  drain(): number;
  close(): void;
}

export interface NativeSubmitThreads {
  submit(context: NativeId, slab: NativeId, slots: Uint32Array, nr: number, begun: boolean): number;
  withdraw(context: NativeId, slab: NativeId, slot: number): boolean;
  refused(events: NativeId, nr: number): number;
  threads(): number;
  queued(): number;
  running(): number;
  close(): void;
}

export interface NativeReadHelper {
  read(nr: number, ranges: NativeId): number;
  late(): number;
  threads(): number;
  close(): void;
}

export interface NativeTimedRead {
  words: ArrayBuffer;
  read: () => void;
}

/** Results are the kernel's: a count or 0, or -errno. */
export interface Native {
  layout: Layout;
  constants: Record<string, number>;

  ioSetup(
    nrEvents: number,
    value: bigint | null,
  ): { result: number; serial?: NativeId; value?: bigint };
  ioDestroy(context: NativeId): number;
  ioDestroyLater(context: NativeId, done: (result: number) => void): number;
  ioSubmitSlots(context: NativeId, nr: number, slab: NativeId, slots: Uint32Array): number;
  ioSubmitPairs(context: NativeId, nr: number, pairs: Uint32Array | null): number;
  ioSubmitRanges(
    context: NativeId,
    nr: number,
    slab: NativeId,
    ranges: NativeId,
    events: NativeId,
    perCall: number,
  ): number;
  ioGetevents(
    context: NativeId,
    minNr: number,
    nr: number,
    events: NativeId,
    tvSec: number,
    tvNsec: number,
  ): number;
  ioPgetevents(
    context: NativeId,
    minNr: number,
    nr: number,
    events: NativeId,
    tvSec: number,
    tvNsec: number,
    sigmask: bigint | null,
  ): number;
  ioGeteventsRing(context: NativeId, nr: number, events: NativeId): number;
  ioCancel(context: NativeId, slab: NativeId, slot: number): number;
  aioRing(context: NativeId): Uint32Array | number | null;

  lseek(fd: number, offset: number, whence: number): number;
  openat2(
    dirfd: number,
    pathname: string | Uint8Array,
    flags: number,
    mode: number,
    resolve: number,
    owned: boolean,
  ): number;
  statx(
    dirfd: number,
    pathname: string | Uint8Array,
    flags: number,
    mask: number,
    statxbuf: Uint32Array,
  ): number;
  close(fd: number): number;
  preadv2(fd: number, address: number, count: number, offset: number, flags: number): number;
  readCached(pathname: string | Uint8Array, buffer: Uint8Array, devices: Uint32Array): number;
  readCachedOnMount(pathname: string | Uint8Array, buffer: Uint8Array, opened: Int32Array): number;

  createSlab(js: object, slots: number): NativeSlab;
  createEventArray(js: object, length: number): NativeEventArray;
  createRangeArray(js: object, length: number): NativeRangeArray;
  createTimedRead(): NativeTimedRead;
  addressOf(view: ArrayBufferView | ArrayBufferLike): number;
  stackAddress(): number;

  ReadHelper: new (idleMs: number, watcher: NativeEventWatcher | undefined) => NativeReadHelper;
  EventWatcher: new (callback: (count: number) => void) => NativeEventWatcher;
  SubmitThreads: new (
    maxThreads: number,
    idleMs: number,
    watcher: NativeEventWatcher | undefined,
  ) => NativeSubmitThreads;
}

/** Stands in where there is no addon: import works on every platform, and any use says why not. */
function unavailable(cause: unknown): Native {
  const why = whyUnavailable(cause);
  // No arrow function: some exports are classes.
  function refuse(): never {
    throw Object.assign(new Error(`aio-bind does not work here: ${why}`, { cause }), {
      code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
    });
  }
  // Offsets can be looked up, as modules do when they are loaded, but not counted with.
  const noOffset = { [Symbol.toPrimitive]: refuse };
  const noStruct = new Proxy({}, { get: () => noOffset });
  const layout = new Proxy({}, { get: () => noStruct });
  return new Proxy(
    {},
    {
      get: (_target, name) => (name === 'layout' ? layout : refuse),
    },
  ) as unknown as Native;
}

function loadOrExplain(): Native {
  try {
    return loadAddon() as Native;
  } catch (error) {
    return unavailable(error);
  }
}

export const native: Native = loadOrExplain();
