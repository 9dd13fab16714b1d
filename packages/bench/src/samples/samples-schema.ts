import * as v from 'valibot';
import { PURPOSES } from '../trials/plan.js';
import { SCHEMA } from './samples.js';

const share = v.optional(v.number());
const where = { driver: v.string(), case: v.string(), round: v.number() };

const distribution = v.object({
  ...{ count: v.number(), p50: v.number(), p99: v.number(), p999: v.number(), max: v.number() },
  curve: v.array(v.tuple([v.number(), v.number()])),
});

// What a driver can't tell is left out, and what one trial alone measures is in there by name.
const sample = v.looseObject({
  operations: v.number(),
  seconds: v.number(),
  userSeconds: v.number(),
  systemSeconds: v.number(),
  contextSwitches: v.optional(v.number()),
  bytes: v.optional(v.number()),
  threads: v.optional(v.number()),
  residentBytes: v.optional(v.number()),
  idle: v.optional(v.looseObject({ threads: v.number(), residentBytes: v.number() })),
  distributions: v.optional(v.record(v.string(), distribution)),
  figures: v.optional(v.record(v.string(), v.number())),
});

const finding = v.object({
  ...where,
  purpose: v.picklist(PURPOSES),
  sample,
  residency: v.optional(v.object({ before: share, after: share })),
});

const findings = v.object({
  trial: v.string(),
  title: v.string(),
  parameters: v.record(v.string(), v.unknown()),
  repeats: v.number(),
  cases: v.array(v.object({ name: v.string(), x: v.optional(v.number()) })),
  drivers: v.array(v.string()),
  samples: v.array(finding),
  failures: v.array(v.object({ ...where, message: v.string() })),
  missing: v.array(v.string()),
  notes: v.array(v.string()),
});

const machine = v.object({
  cpu: v.string(),
  cores: v.number(),
  memoryBytes: v.number(),
  kernel: v.string(),
  node: v.string(),
  directory: v.string(),
  fileSystem: v.string(),
  device: v.string(),
  governor: v.optional(v.string()),
  versions: v.record(v.string(), v.string()),
  mitigations: v.record(v.string(), v.string()),
});

const samples = v.object({
  schema: v.literal(SCHEMA),
  command: v.string(),
  started: v.string(),
  seconds: v.number(),
  machine,
  noise: v.object({ loadBefore: v.number(), stolen: v.number() }),
  trials: v.array(findings),
  broken: v.array(v.object({ trial: v.string(), message: v.string() })),
});

/** What is not as it should be in a file of samples: `trials.0.samples.3.round: ...`. */
export function wrongInSamples(value: unknown): string | undefined {
  const result = v.safeParse(samples, value);
  if (result.success) return undefined;
  const [issue] = result.issues;
  return `${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`;
}
