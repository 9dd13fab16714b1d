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

/** A signal that aborts with an {@link Interruption} when this process is asked to end. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    // More than once: Ctrl-C may come from the terminal and again from whoever started us, and a
    // second one without a listener would end this process before its files are gone.
    process.on(signal, () => controller.abort(new Interruption(signal)));
  }
  // Node ignores SIGPIPE; that nobody reads on (`bench | head`) shows as an error of the stream.
  process.stdout.once('error', () => controller.abort(new Interruption('SIGPIPE')));
  return controller.signal;
}
