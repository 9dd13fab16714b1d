import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type { Program } from './child.js';

/** Starts a worker that runs a program; what it gives back comes as its message. */
export function startWorker<A, R>(program: Program<A, R>, argument: A): Worker {
  const worker = new Worker(new URL('program.js', import.meta.url), {
    workerData: { program: String(program), argument },
  });
  onTestFinished(async () => {
    await worker.terminate();
  });
  return worker;
}

/** What a program gives back that runs in a worker. */
export async function resultInWorker<A, R>(program: Program<A, R>, argument: A): Promise<R> {
  const [result] = (await once(startWorker(program, argument), 'message')) as [R];
  return result;
}
