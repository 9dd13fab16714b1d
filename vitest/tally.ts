import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';

const verdicts = { passed: 'passed', failed: 'failed', skipped: 'skipped', pending: 'failed' };

const root = path.resolve(import.meta.dirname, '..');

/** A counterexample, or what a child wrote, may be pages long. */
const shortened = (message: string): string => {
  const line = message.replace(/\s+/g, ' ');
  return line.length > 400 ? `${line.slice(0, 250)} ... ${line.slice(-150)}` : line;
};

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
    const where = `${path.basename(test.project.config.root)}, ${this.#label}`;
    const title = `${where}: ${test.module.relativeModuleId} > ${test.fullName}`;
    const errors = result.errors?.map(({ name, message, stacks }) => {
      const { file, line } = stacks?.[0] ?? {};
      const place = file === undefined ? '?' : `${path.relative(root, file)}:${line}`;
      return `${name ?? 'Error'}: ${shortened(message)} (${place})`;
    });
    const note = 'note' in result ? (result.note ?? '') : (errors?.join('; ') ?? '');
    const columns = [verdicts[result.state], title, note];
    appendFileSync(this.#file, `${columns.map((it) => it.replace(/\s+/g, ' ')).join('\t')}\n`);
  }
}
