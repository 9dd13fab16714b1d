// Runs a function of a test in a process or a worker of its own (child.ts, worker.ts). It comes as
// text, so it sees nothing of what surrounds it in the test, but what it is given here.
import fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import * as aio from 'aio-bind';
import { native } from '../../dist/native.js';

/** What one program has. */
function makeInside() {
  const collected = new Set();
  const tracked = new FinalizationRegistry((name) => collected.add(name));
  const inside = {
    load: (specifier) => import(specifier),
    aio,
    native,
    fs,
    nextTurn,
    startWorker: (program, argument) =>
      new Worker(new URL(import.meta.url), { workerData: { program: String(program), argument } }),
    async collectGarbageUntil(condition, rounds = 100) {
      for (let round = 0; round < rounds && !condition(); round++) {
        globalThis.gc();
        await nextTurn();
      }
      return condition();
    },
    track(name, object) {
      tracked.register(object, name);
      return object;
    },
    isCollected: (name) => inside.collectGarbageUntil(() => collected.has(name)),
    isKept: async (name) => !(await inside.collectGarbageUntil(() => collected.has(name), 5)),
  };
  return inside;
}

const run = ({ program, argument }) => (0, eval)(`(${program})`)(makeInside(), argument);

/** For a shared child: one program after another, as they come. */
async function serve(request) {
  try {
    process.send({ result: await run(request) });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) });
  }
}

function report(value) {
  if (value === undefined) return;
  if (isMainThread) fs.writeSync(3, JSON.stringify(value));
  else parentPort.postMessage(value);
}

if (isMainThread && process.connected) {
  process.on('message', serve);
} else {
  const result = run(isMainThread ? JSON.parse(process.argv[2]) : workerData);
  if (result instanceof Promise) report(await result);
  else report(result);
}
