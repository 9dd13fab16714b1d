import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The user wants the bench to end now. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  /** What a shell reports of a process that the signal ended. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Until disposed of, its signal aborts with an {@link Interruption} when this process is asked to end. */
export class Interruptible implements Disposable {
  readonly #controller = new AbortController();
  readonly #interrupt = (signal: NodeJS.Signals): void =>
    this.#controller.abort(new Interruption(signal));
  readonly #unread = (): void => this.#interrupt('SIGPIPE');

  constructor() {
    // Each time: Ctrl-C may come from the terminal and again from whoever started us, and a second one
    // without a listener would end this process before its files are gone.
    for (const signal of SIGNALS) process.on(signal, this.#interrupt);
    // Node ignores SIGPIPE; that nobody reads on (`bench | head`) shows as an error of the stream.
    process.stdout.on('error', this.#unread);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.removeListener(signal, this.#interrupt);
    process.stdout.removeListener('error', this.#unread);
  }
}
