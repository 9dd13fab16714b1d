import type { Findings } from '../trials/findings.js';

/** What failed alike in several rounds is said once. */
export function failureLines({ trial, failures }: Findings): readonly string[] {
  const lines = new Map<string, number>();
  for (const { driver, case: inCase, message } of failures) {
    const line = `FAILED: ${trial}, ${inCase}, ${driver}: ${message}`;
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  return [...lines].map(([line, times]) => (times === 1 ? line : `${line} (${times} times)`));
}
