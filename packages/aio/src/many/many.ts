// Many ranges of a file in one call: by the engine, or by Node where that serves the file.
import { READ, WRITE } from '../engine/commands.js';
import { type Patience, abortError, problemWith, whenGivenUp } from '../engine/give-up.js';
import type { Command } from '../engine/operation.js';
import type { Served } from '../handle/served.js';
import { type NodeTransfer, ManyByNode } from './many-by-node.js';
import type { Ongoing } from './ongoing.js';
import { ManyOperations } from './many-operations.js';
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

function run(
  begin: (resolve: (results: Int32Array) => void) => Ongoing,
  patience: Patience,
): Promise<Int32Array> {
  return new Promise((resolve, reject) => {
    let forget = (): void => undefined;
    const ongoing = begin((results) => {
      forget();
      resolve(results);
    });
    forget = whenGivenUp(patience, (error) => {
      forget();
      reject(error);
      ongoing.abandon();
    });
    ongoing.start();
  });
}

async function many(
  command: Command,
  served: Served | null,
  byNode: NodeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  const ranges: Ranges = rangesOf(wanted);
  const problem = problemWith(patience);
  if (problem !== null) throw problem;
  if (patience.signal?.aborted === true) throw abortError(patience.signal);
  const results = await run(
    (resolve) =>
      served === null
        ? new ManyByNode(byNode, ranges, resolve)
        : new ManyOperations(served, command, ranges, resolve),
    patience,
  );
  return new ManyResult(results, command.syscall);
}

export function readManyRanges(
  served: Served | null,
  byNode: NodeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  return many(READ, served, byNode, wanted, patience);
}

export async function writeManyRanges(
  served: Served | null,
  byNode: NodeTransfer,
  wanted: unknown,
  patience: Patience,
): Promise<ManyResult> {
  if (served?.file.append === true) throw refuseToAppend();
  return many(WRITE, served, byNode, wanted, patience);
}
