import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type MessagePort, Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type * as Aio from '../../src/index.js';

/** What a program has: the package as it is built, and some of Node. */
export interface Inside {
  readonly aio: typeof Aio;
  readonly aioFs: typeof import('../../src/fs.js').default;
  readonly fs: typeof import('node:fs');
  readonly diagnostics: typeof import('node:diagnostics_channel');
  /** Resolves after the event loop's next turn. */
  readonly nextTurn: () => Promise<void>;
  /** In a worker: to whoever started it. */
  readonly parentPort: MessagePort;
}

/**
 * A function that is run elsewhere: as it cannot see what surrounds it, all that it needs comes as
 * arguments. What it gives back must survive JSON.
 */
export type Program<A, R> = (inside: Inside, argument: A) => R | Promise<R>;

export interface Outcome<R> {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly result: R | undefined;
}

interface ChildOptions {
  /** What stands before `node` on the command line. */
  readonly wrapper?: readonly string[];
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const main = fileURLToPath(new URL('program.js', import.meta.url));

/** Runs a program in a process of its own. */
export async function inChild<A, R>(
  program: Program<A, R>,
  argument: A,
  { wrapper = [], flags = [], env = {} }: ChildOptions = {},
): Promise<Outcome<R>> {
  const given = JSON.stringify({ program: String(program), argument });
  const [command, ...args] = [...wrapper, process.execPath, ...flags, main, given];
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [, , errors, results] = child.stdio as unknown as [null, null, Readable, Readable];
  const [stderr, result] = await Promise.all([text(errors), text(results), once(child, 'close')]);
  return {
    status: child.exitCode,
    signal: child.signalCode,
    stderr,
    result: result === '' ? undefined : (JSON.parse(result) as R),
  };
}

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
