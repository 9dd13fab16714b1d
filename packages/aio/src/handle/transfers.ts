// Starts operations on a file that is open.
import { memoryIsGone } from '../argument-errors.js';
import { viewAddress, viewBytes } from '../engine/addresses.js';
import type { Carrier } from '../engine/carrier.js';
import { claimStack, stackRefusal } from '../engine/claim-stack.js';
import { FDSYNC, FSYNC, READ } from '../engine/commands.js';
import { type Patience, giveUpOn, isPatient, refusalBy } from '../engine/give-up.js';
import type { OpenFile } from '../engine/open-file.js';
import type { Command, Operation } from '../engine/operation.js';
import { OwnPromise } from '../engine/own-promise.js';
import { Vectors } from '../engine/vectors.js';
import type { Epoch } from '../engine/write-barrier.js';
import type { Transfer } from './arguments.js';

function prepare(engine: Carrier, file: OpenFile, command: Command): Operation {
  const operation = engine.create();
  operation.command = command;
  operation.file = file;
  return operation;
}

/** Whose promise is being made. */
let promised: Operation | null = null;

/** A function that is made once: for each read one of its own would cost as much as its iocb. */
function keepSettlers(resolve: (value: never) => void, reject: (reason: unknown) => void): void {
  if (promised === null) return;
  promised.resolve = resolve as (value: unknown) => void;
  promised.reject = reject;
}

/** Gives an operation the promise that its caller waits for. */
function promiseFor<T>(operation: Operation): Promise<T> {
  // A hook for new promises may begin another operation before this one's functions are there.
  const before = promised;
  promised = operation;
  const settled = new OwnPromise<T>(keepSettlers);
  promised = before;
  operation.promise = settled;
  return settled;
}

function start<T>(
  engine: Carrier,
  file: OpenFile,
  operation: Operation,
  patience: Patience,
  epoch?: Epoch,
): Promise<T> {
  const settled = promiseFor<T>(operation);
  if (operation.command?.reads === true) operation.epoch = null;
  else operation.epoch = epoch === undefined ? file.writes.enter() : file.writes.join(epoch);
  engine.start(operation);
  if (!isPatient(patience)) giveUpOn(patience, engine, operation, settled);
  return settled;
}

/**
 * A read or write of one buffer at a position.
 *
 * @param epoch - of a write: when it was asked for, if not now
 */
export function startTransfer<T>(
  engine: Carrier,
  file: OpenFile,
  command: Command,
  wanted: Transfer,
  position: number,
  epoch?: Epoch,
): Promise<T> {
  // Hooks for promises and ticks may close the handle before the engine has what was begun.
  file.underWay++;
  try {
    return transfer(engine, file, command, wanted, position, epoch);
  } finally {
    if (--file.underWay === 0) file.becomeIdle();
  }
}

/**
 * A read at the descriptor's own position.
 *
 * @returns null where it has to take its turn
 */
export function startReadOn<T>(
  engine: Carrier,
  file: OpenFile,
  wanted: Transfer,
): Promise<T> | null {
  const { view, offset, length } = wanted;
  if (!file.position.isIdle || !isPatient(wanted) || offset + length > viewBytes(view)) return null;
  const noStack = stackRefusal();
  if (noStack !== null) return noStack;
  return engine.readOn(file, wanted) as Promise<T> | null;
}

function transfer<T>(
  engine: Carrier,
  file: OpenFile,
  command: Command,
  wanted: Transfer,
  position: number,
  epoch?: Epoch,
): Promise<T> {
  const { view, offset, length } = wanted;
  const patient = isPatient(wanted);
  const refusal = patient ? null : refusalBy(wanted);
  if (refusal !== null) return Promise.reject(refusal);
  // Its turn may have come late, and the view have been detached meanwhile.
  if (offset + length > viewBytes(view)) return Promise.reject(memoryIsGone());
  if (patient && command === READ) {
    const read = engine.read(file, wanted, position);
    if (read !== null) return read as Promise<T>;
  }
  const noStack = stackRefusal();
  if (noStack !== null) return noStack;
  const address = viewAddress(view) + offset;
  const operation = prepare(engine, file, command);
  operation.memory = view;
  operation.viewOffset = offset;
  operation.address = address;
  operation.nbytes = operation.bytes = length;
  operation.offset = position;
  return start(engine, file, operation, wanted, epoch);
}

export function totalBytes(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + viewBytes(piece), 0);
}

/**
 * A read or write of several buffers at a position.
 *
 * @param views - the caller's array, which the result names
 * @param pieces - the memory of what was in it at the call, each of a length that does not grow with its buffer
 * @param bytes - how many they had all together
 */
export function startVectored<T>(
  engine: Carrier,
  file: OpenFile,
  command: Command,
  views: readonly ArrayBufferView[],
  pieces: readonly Uint8Array[],
  bytes: number,
  position: number,
  patience: Patience,
  epoch?: Epoch,
): Promise<T> {
  const refusal = refusalBy(patience);
  if (refusal !== null) return Promise.reject(refusal);
  // As with one buffer: it has gone while this waited for its turn.
  if (totalBytes(pieces) < bytes) return Promise.reject(memoryIsGone());
  const noStack = stackRefusal();
  if (noStack !== null) return noStack;
  const vectors = new Vectors(pieces);
  file.underWay++;
  try {
    const operation = prepare(engine, file, command);
    operation.memory = views;
    operation.vectors = vectors;
    operation.address = vectors.address;
    operation.nbytes = vectors.count;
    operation.bytes = bytes;
    operation.offset = position;
    return start(engine, file, operation, patience, epoch);
  } finally {
    if (--file.underWay === 0) file.becomeIdle();
  }
}

interface Resolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers(): Resolvers {
  const functions: Partial<Resolvers> = {};
  const promise = new OwnPromise<void>((resolve, reject) => {
    Object.assign(functions, { resolve, reject });
  });
  return { promise, ...functions } as Resolvers;
}

/** A sync, once every write that was issued before it has settled. */
export function startSync(engine: Carrier, file: OpenFile, dataOnly: boolean): Promise<void> {
  claimStack();
  file.underWay++;
  try {
    const { promise, resolve, reject } = withResolvers();
    file.begin();
    file.writes.after(() => {
      const operation = prepare(engine, file, dataOnly ? FDSYNC : FSYNC);
      operation.address = operation.nbytes = operation.bytes = operation.offset = 0;
      Object.assign(operation, { promise, resolve, reject });
      engine.start(operation);
      file.end();
    });
    return promise;
  } finally {
    if (--file.underWay === 0) file.becomeIdle();
  }
}
