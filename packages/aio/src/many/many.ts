// Many ranges of a file in one call: by the engine, or by Node where that serves the file.
import type { Carrier } from '../engine/carrier.js';
import { claimStack } from '../engine/claim-stack.js';
import { READ, WRITE } from '../engine/commands.js';
import {
  type Patience,
  abortError,
  isPatient,
  problemWith,
  whenGivenUp,
} from '../engine/give-up.js';
import type { Command } from '../engine/operation.js';
import { queueMicrotask } from '../engine/own-timers.js';
import { Sweep, type SweepRanges, type SweepResults } from '../engine/sweep.js';
import type { Served } from '../handle/served.js';
import { startTransfer } from '../handle/transfers.js';
import { type RangeTransfer, ManyInLanes } from './many-in-lanes.js';
import { ManyResult } from './many-result.js';
import { rangesOf } from './ranges.js';

function refuseToAppend(): Error {
  return Object.assign(
    new Error(
      'writeMany writes at positions, which a file opened for appending ignores: use write',
    ),
    { code: 'ERR_INVALID_STATE' },
  );
}

/** More would but queue up at Node's pool. */
const NODE_LANES = 16;
/** Enough for a device. */
const ENGINE_LANES = 64;

/** Has `ended` called with the results; whoever gives up on them calls what it returns. */
type Begin = (ended: (results: SweepResults) => void) => () => void;

/** Each for itself: the engine's carrier has something to do for some of them. */
function byEngineInLanes({ engine, file }: Served, command: Command, ranges: SweepRanges): Begin {
  return (ended) => {
    // For all of them together: the descriptor stays open, and a sync waits.
    file.begin();
    const epoch = command.reads ? null : file.writes.enter();
    const transfers = new ManyInLanes(
      ENGINE_LANES,
      async (view, offset, length, position) =>
        startTransfer(engine, file, command, { view, offset, length, position }, position),
      ranges,
      (results) => {
        if (epoch !== null) file.writes.leave(epoch);
        file.end();
        ended(results);
      },
    );
    // In a job of its own: here the transfers' own claims of stack might fail, and a transfer that fails for that has no errno.
    queueMicrotask(() => {
      transfers.start();
    });
    return () => {
      transfers.abandon();
    };
  };
}

function byNode(transfer: RangeTransfer, ranges: SweepRanges): Begin {
  return (ended) => {
    const transfers = new ManyInLanes(NODE_LANES, transfer, ranges, ended);
    transfers.start();
    return () => {
      transfers.abandon();
    };
  };
}

function whenEnded({ syscall }: Command, patience: Patience, begin: Begin): Promise<ManyResult> {
  // What throws here rejects.
  return new Promise((resolve, reject) => {
    const waiting = { hasEnded: false, forget: (): void => undefined };
    const abandon = begin((results) => {
      waiting.hasEnded = true;
      waiting.forget();
      resolve(new ManyResult(results, syscall));
    });
    if (waiting.hasEnded || isPatient(patience)) return;
    waiting.forget = whenGivenUp(patience, (error) => {
      waiting.forget();
      reject(error);
      abandon();
    });
  });
}

function onceStarted(engine: Carrier, sweep: Sweep): Begin {
  return (ended) => {
    sweep.whenEnded = ended;
    return () => {
      engine.abandonSweep(sweep);
    };
  };
}

function bySweep(engine: Carrier, sweep: Sweep): Begin {
  return (ended) => {
    const abandon = onceStarted(engine, sweep)(ended);
    engine.startSweep(sweep);
    return abandon;
  };
}

async function many(
  command: Command,
  served: Served | null,
  transfer: RangeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  const ranges = rangesOf(wanted);
  const problem = problemWith(patience);
  if (problem !== null) throw problem;
  if (patience.signal?.aborted === true) throw abortError(patience.signal);
  if (served === null) return whenEnded(command, patience, byNode(transfer, ranges));
  claimStack();
  const { engine, file } = served;
  if (!engine.takesSweep(command, ranges)) {
    return whenEnded(command, patience, byEngineInLanes(served, command, ranges));
  }
  const sweep = new Sweep(file, command, ranges);
  if (!engine.startSweepAtOnce(sweep)) return whenEnded(command, patience, bySweep(engine, sweep));
  // Most have, and then nobody need be called back.
  if (sweep.hasEnded) return new ManyResult(sweep.results, command.syscall);
  return whenEnded(command, patience, onceStarted(engine, sweep));
}

export function readManyRanges(
  served: Served | null,
  transfer: RangeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  return many(READ, served, transfer, wanted, patience);
}

export function writeManyRanges(
  served: Served | null,
  transfer: RangeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  if (served?.file.append === true) return Promise.reject(refuseToAppend());
  return many(WRITE, served, transfer, wanted, patience);
}
