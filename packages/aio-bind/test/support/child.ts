import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type * as Aio from '../../src/index.js';
import { runUnder, withoutWarnings } from '../../../../vitest/run-under.js';
import type { Native } from '../../src/native.js';

/** What a program has: the package as it is built, and some of Node. */
export interface Inside {
  readonly aio: typeof Aio;
  readonly native: Native;
  readonly fs: typeof import('node:fs');
  /** Another module: one that is installed, or one of this folder. */
  readonly load: (specifier: string) => Promise<unknown>;
  /** Resolves after the event loop's next turn. */
  readonly nextTurn: () => Promise<void>;
  readonly startWorker: <A>(program: Program<A, unknown>, argument: A) => Worker;
  /** Needs --expose-gc. Says whether it came about, within a bounded number of collections. */
  readonly collectGarbageUntil: (condition: () => boolean) => Promise<boolean>;
  /** Gives an object a name by which to ask for it without holding it. */
  readonly track: <T extends object>(name: string, object: T) => T;
  /** Whether it goes when garbage is collected. */
  readonly isCollected: (name: string) => Promise<boolean>;
  /** Whether it is still there after garbage has been collected a few times. */
  readonly isKept: (name: string) => Promise<boolean>;
}

/**
 * A function that is run elsewhere: as it cannot see what surrounds it, all that it needs comes as
 * arguments. What it gives back must survive JSON.
 */
export type Program<A, R> = (inside: Inside, argument: A) => R | Promise<R>;

export interface Outcome<R> {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly result: R | undefined;
}

interface ChildOptions {
  /** What stands before `node` on the command line, in place of what all tests run under. */
  readonly wrapper?: readonly string[];
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** How many descriptors it may have. */
  readonly openFiles?: number;
  /**
   * That it calls process.exit(), or throws: Node then leaves to the kernel what it has (27 KB and more,
   * without any addon), which would count as leaked.
   */
  readonly exits?: boolean;
}

export interface Started<R> {
  readonly process: ChildProcess;
  /** Resolves once there is this on its standard output; rejects if it ends before. */
  readonly says: (what: string) => Promise<void>;
  /** When it has ended. */
  readonly outcome: Promise<Outcome<R>>;
}

/** Where the addon is under a sanitizer: memory that is not there is to be an error, not the end. */
export function sanitizers(leaks: boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(
    [
      ['ASAN_OPTIONS', `allocator_may_return_null=1${leaks ? '' : ':detect_leaks=0'}`],
      ['TSAN_OPTIONS', 'allocator_may_return_null=1'],
    ].map(([name = '', options]) => [name, [process.env[name] ?? [], options].flat().join(':')]),
  );
}

/** What runs a program, given as its argument or as messages. */
export const main = fileURLToPath(new URL('program.js', import.meta.url));

/** Starts a program in a process of its own. */
export function startChild<A, R>(
  program: Program<A, R>,
  argument: A,
  { wrapper = runUnder, flags = [], env = {}, openFiles, exits = false }: ChildOptions = {},
): Started<R> {
  const given = JSON.stringify({ program: String(program), argument });
  const node = [...wrapper, process.execPath, ...flags, main, given];
  const limited = ['sh', '-c', `ulimit -n ${openFiles ?? 'hard'}; exec "$@"`, 'sh', ...node];
  const [command = '', ...args] = openFiles === undefined ? node : limited;
  const child = spawn(command, args, {
    env: { ...process.env, ...sanitizers(!exits), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  // Not null, being piped.
  const [, stdout, stderr, results] = child.stdio as Readable[] as [
    null,
    Readable,
    Readable,
    Readable,
  ];
  let said = '';
  stdout.setEncoding('utf8').on('data', (part: string) => (said += part));
  const outcome = (async () => {
    const [complaints, result] = await Promise.all([
      text(stderr),
      text(results),
      once(child, 'close'),
    ]);
    return {
      status: child.exitCode,
      signal: child.signalCode,
      stdout: said,
      stderr: withoutWarnings(complaints),
      result: result === '' ? undefined : (JSON.parse(result) as R),
    };
  })();
  onTestFinished(async () => {
    child.kill('SIGKILL');
    // Its SIGCHLD would interrupt a later test's wait.
    await Promise.allSettled([outcome]);
  });
  const says = async (what: string): Promise<void> => {
    while (!said.includes(what)) {
      const ended = outcome.then(({ stderr: why }) => {
        if (!said.includes(what)) throw new Error(`the child never said "${what}": ${why}`);
      });
      await Promise.race([once(stdout, 'data'), ended]);
    }
  };
  return { process: child, says, outcome };
}

/** Runs a program in a process of its own. */
export async function inChild<A, R>(
  program: Program<A, R>,
  argument: A,
  options?: ChildOptions,
): Promise<Outcome<R>> {
  return startChild(program, argument, options).outcome;
}

/** The same for a program that is to end well, and say nothing but its result. */
export async function resultInChild<A, R>(
  program: Program<A, R>,
  argument: A,
  options?: ChildOptions,
): Promise<R> {
  const { status, signal, stderr, result } = await inChild(program, argument, options);
  if (status !== 0 || stderr !== '' || result === undefined) {
    throw new Error(`the child ended with ${status ?? signal}: ${stderr || 'no result'}`);
  }
  return result;
}
