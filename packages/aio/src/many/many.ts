// Many ranges of a file in one call: by the engine, or by Node where that serves the file.
import { READ, WRITE } from '../engine/commands.js';
import {
  type Patience,
  abortError,
  isPatient,
  problemWith,
  whenGivenUp,
} from '../engine/give-up.js';
import type { Command } from '../engine/operation.js';
import { Sweep } from '../engine/sweep.js';
import type { Served } from '../handle/served.js';
import { type NodeTransfer, ManyByNode } from './many-by-node.js';
import { ManyResult } from './many-result.js';
import { type Ranges, rangesOf } from './ranges.js';

function refuseToAppend(): Error {
  return Object.assign(
    new Error(
      'writeMany writes at positions, which a file opened for appending ignores: use write',
    ),
    { code: 'ERR_INVALID_STATE' },
  );
}

/** Begins ranges; whoever gives up on them calls what it returns. */
type Begin = (ended: (results: readonly number[]) => void) => () => void;

function byEngine({ engine, file }: Served, command: Command, ranges: Ranges): Begin {
  return (ended) => {
    const sweep = new Sweep(file, command, ranges, ended);
    engine.startSweep(sweep);
    return () => {
      engine.abandonSweep(sweep);
    };
  };
}

function byNode(transfer: NodeTransfer, ranges: Ranges): Begin {
  return (ended) => {
    const transfers = new ManyByNode(transfer, ranges, ended);
    transfers.start();
    return () => {
      transfers.abandon();
    };
  };
}

function many(
  command: Command,
  served: Served | null,
  transfer: NodeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  // What throws here rejects.
  return new Promise((resolve, reject) => {
    const ranges = rangesOf(wanted);
    const problem = problemWith(patience);
    if (problem !== null) throw problem;
    if (patience.signal?.aborted === true) throw abortError(patience.signal);
    const begin = served === null ? byNode(transfer, ranges) : byEngine(served, command, ranges);
    const waiting = { hasEnded: false, forget: (): void => undefined };
    const abandon = begin((results) => {
      waiting.hasEnded = true;
      waiting.forget();
      resolve(new ManyResult(results, command.syscall));
    });
    if (waiting.hasEnded || isPatient(patience)) return;
    waiting.forget = whenGivenUp(patience, (error) => {
      waiting.forget();
      reject(error);
      abandon();
    });
  });
}

export function readManyRanges(
  served: Served | null,
  transfer: NodeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  return many(READ, served, transfer, wanted, patience);
}

export function writeManyRanges(
  served: Served | null,
  transfer: NodeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  if (served?.file.append === true) return Promise.reject(refuseToAppend());
  return many(WRITE, served, transfer, wanted, patience);
}
