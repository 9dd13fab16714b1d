// Runs a function of a test in a process or a worker of its own (child.ts). It comes as text, so it
// sees nothing of what surrounds it in the test, but what it is given here.
import diagnostics from 'node:diagnostics_channel';
import fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import * as aio from 'aio';
import aioFs from 'aio/fs';

const { program, argument } = isMainThread ? JSON.parse(process.argv[2]) : workerData;
const inside = { aio, aioFs, fs, diagnostics, nextTurn, parentPort };
const result = await (0, eval)(`(${program})`)(inside, argument);
if (result !== undefined) {
  if (isMainThread) fs.writeSync(3, JSON.stringify(result));
  else parentPort.postMessage(result);
}
