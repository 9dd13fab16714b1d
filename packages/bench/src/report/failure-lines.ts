import type { BrokenTrial } from '../samples/samples.js';
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

/** Trials that did not come to their end. */
export function brokenLines(broken: readonly BrokenTrial[]): readonly string[] {
  return broken.map(({ trial, message }) => `FAILED: ${trial}: ${message}`);
}

/**
 * Said where drivers were asked for by name and none of them gave a figure, though none failed: what they drive is not
 * installed. Controls, which nobody asked for, do not count.
 */
export function emptinessLines(
  { trial, samples, failures }: Findings,
  names: readonly string[] | undefined,
): readonly string[] {
  if (names === undefined || failures.length > 0) return [];
  if (samples.some(({ driver }) => names.includes(driver))) return [];
  return [`FAILED: ${trial}: nothing was measured of ${names.join(', ')}`];
}
