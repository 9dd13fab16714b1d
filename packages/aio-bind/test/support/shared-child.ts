// A process in which one program runs after another: a process of its own costs more than most
// programs do. For those that need no end of it, and leave it as they found it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { type Program, main, sanitizers } from './child.js';
import { runUnder, withoutWarnings } from '../../../../vitest/run-under.js';

interface SharedOptions {
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

interface Reply<R> {
  readonly result: R;
  readonly error?: string;
}

class SharedChild {
  readonly #process: ChildProcess;
  readonly #complaints: Promise<string>;

  constructor({ flags = [], env = {} }: SharedOptions) {
    const [command, ...args] = [...runUnder, process.execPath, ...flags, main];
    this.#process = spawn(command, args, {
      env: { ...process.env, ...sanitizers(true), ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#complaints = Promise.all([
      // Not null, being piped.
      this.#process.stderr === null ? '' : text(this.#process.stderr),
      once(this.#process, 'exit'), // 'close' never comes after disconnect()
    ]).then(([stderr]) => withoutWarnings(stderr));
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async run<A, R>(program: Program<A, R>, argument: A): Promise<R> {
    const replied = once(this.#process, 'message') as Promise<[Reply<R>]>;
    this.#process.send({ program: String(program), argument });
    const [{ result, error }] = await Promise.race([replied, this.#died()]);
    if (error !== undefined) throw new Error(`in the shared child: ${error}`);
    return result;
  }

  async #died(): Promise<never> {
    const stderr = await this.#complaints;
    const { exitCode, signalCode } = this.#process;
    throw new Error(`the shared child ended with ${exitCode ?? signalCode}: ${stderr}`);
  }

  /** It ends as any process does that has nothing left to do; that, too, must go well. */
  async end(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const stderr = await this.#complaints;
    if (this.#process.exitCode !== 0 || stderr !== '') await this.#died();
  }
}

/**
 * To be called where tests are declared. Runs programs in one process, which is started by the first,
 * and anew after one that has ended it; at last it is seen to end well, without a word.
 */
export function sharedChild(
  options: SharedOptions = {},
): <A, R>(program: Program<A, R>, argument: A) => Promise<R> {
  let child: SharedChild | undefined;
  afterAll(() => child?.end());
  return async (program, argument) => {
    if (child === undefined || child.ended) child = new SharedChild(options);
    return child.run(program, argument);
  };
}
