// Runs cases of native/test through kernel_test --each: one process here starts theirs, which is
// much cheaper than that Node should.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { runUnder, withoutWarnings } from '../../../../vitest/run-under.js';

/** run_each.h's Ended. */
interface Outcome {
  /** The exit status, or `signal N`. */
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
}

// Beside the addon that the other tests use, so that a sanitizer's build is tested as a whole.
const addon = process.env.AIO_BIND_ADDON ?? '../build/Release/aio_bind.node';
const executable = path.resolve(import.meta.dirname, '..', path.dirname(addon), 'kernel_test');

/** Several wait for a disk or for each other most of the time. */
const AT_ONCE = 5;

export class KernelCases implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #outcomes = new Map<string, Outcome>();
  /** What waits for the next to end. */
  #waiting: (() => void)[] = [];
  #ended = false;

  static list(): string[] {
    if (!existsSync(executable)) throw new Error(`no ${executable}: run the script "native"`);
    return execFileSync(executable, ['--list'], { encoding: 'utf8' }).trimEnd().split('\n');
  }

  constructor(titles: readonly string[]) {
    const child = spawn(executable, ['--each', `${AT_ONCE}`, ...runUnder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process = child;
    child.stdin.end(titles.map((title) => `${title}\n`).join(''));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      const fields = (said + part).split('\0');
      const whole = fields.length - (fields.length % 4 || 4);
      said = fields.slice(whole).join('\0');
      for (let at = 0; at < whole; at += 4) this.#note(fields.slice(at, at + 4));
      this.#wake();
    });
    this.#closed = once(child, 'close').then(() => {
      this.#ended = true;
      this.#wake();
    });
  }

  #note([title = '', status = '', stdout = '', stderr = '']: readonly string[]): void {
    this.#outcomes.set(title, { status, stdout, stderr: withoutWarnings(stderr) });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** What came of a case, once it has ended. */
  async outcome(title: string): Promise<Outcome> {
    for (;;) {
      const outcome = this.#outcomes.get(title);
      if (outcome !== undefined) return outcome;
      if (this.#ended) throw new Error(`kernel_test ended without a result of "${title}"`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Ends those, too, that still run. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }
}
