import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node';

import type { Instrument } from './instruments.js';

/** As vitest's own forks, under an instrument that is left to finish and whose verdict counts. */
class InstrumentedWorker implements PoolWorker {
  readonly name: string;
  readonly cacheFs = true;
  readonly #instrument: Instrument;
  readonly #options: PoolOptions;
  #process: ChildProcess | undefined;

  constructor(instrument: Instrument, options: PoolOptions) {
    this.name = instrument.name;
    this.#instrument = instrument;
    this.#options = options;
  }

  get #child(): ChildProcess {
    if (this.#process === undefined) throw new Error('the worker has not been started');
    return this.#process;
  }

  on(event: string, callback: (argument: never) => void): void {
    this.#child.on(event, callback as () => void);
  }

  off(event: string, callback: (argument: never) => void): void {
    this.#child.off(event, callback as () => void);
  }

  send(message: WorkerRequest): void {
    this.#child.send(message);
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  async start(): Promise<void> {
    const { distPath, execArgv, env } = this.#options;
    const args = [...execArgv, path.join(distPath, 'workers/forks.js')];
    this.#process = spawn(process.execPath, args, {
      env: { ...env, ...this.#instrument.env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    await once(this.#process, 'spawn');
  }

  /** The worker ends by itself once it hears nothing more; only then do leak checks run. */
  async stop(): Promise<void> {
    const child = this.#child;
    const patience = setTimeout(() => child.kill('SIGKILL'), 50_000);
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    clearTimeout(patience);
    if (child.exitCode !== 0) {
      console.error(`${this.name}: the worker ended with ${child.exitCode ?? child.signalCode}`);
      process.exitCode = 1;
    }
  }
}

export function instrumentedPool(instrument: Instrument): PoolRunnerInitializer {
  return {
    name: instrument.name,
    createPoolWorker: (options) => new InstrumentedWorker(instrument, options),
  };
}
