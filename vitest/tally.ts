import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

const verdicts = { passed: 'passed', failed: 'failed', skipped: 'skipped', pending: 'failed' };

const root = path.resolve(import.meta.dirname, '..');

/** A counterexample, or what a child wrote, may be pages long. */
const shortened = (message: string): string => {
  const line = message.replace(/\s+/g, ' ');
  return line.length > 400 ? `${line.slice(0, 250)} ... ${line.slice(-150)}` : line;
};

function reasonOf({ name, message, stacks, cause }: SerializedError): string {
  const { file, line } = stacks?.[0] ?? {};
  const place = file === undefined ? '?' : `${path.relative(root, file)}:${line}`;
  const behind = cause?.message === undefined ? '' : `, because of ${reasonOf(cause)}`;
  return `${name ?? 'Error'}: ${shortened(message)} (${place})${behind}`;
}

/**
 * Writes a line for each test to a file: verdict, title, and why it was skipped or failed. For whoever
 * counts over several runs.
 */
export class Tally implements Reporter {
  readonly #file: string;
  readonly #label: string;

  constructor(file: string, label: string) {
    this.#file = file;
    this.#label = label;
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    const title = `${test.module.relativeModuleId} > ${test.fullName}`;
    const note = 'note' in result ? result.note : result.errors?.map(reasonOf).join('; ');
    this.#write(verdicts[result.state], title, note ?? '');
  }

  /** What fails outside of tests: hooks, files that cannot be loaded, and what nobody caught. */
  onTestRunEnd(modules: readonly TestModule[], uncaught: readonly SerializedError[]): void {
    for (const module of modules) {
      const errors = [module, ...module.children.allSuites()].flatMap((suite) => suite.errors());
      for (const error of errors) this.#write('failed', module.relativeModuleId, reasonOf(error));
    }
    for (const error of uncaught) this.#write('failed', 'uncaught', reasonOf(error));
  }

  #write(verdict: string, title: string, note: string): void {
    const columns = [verdict, `${this.#label}: ${title}`, note];
    appendFileSync(this.#file, `${columns.map((it) => it.replace(/\s+/g, ' ')).join('\t')}\n`);
  }
}
