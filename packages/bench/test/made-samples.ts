import type { Sample } from '../src/measure/sample.js';
import { SCHEMA, type Samples } from '../src/samples/samples.js';
import type { Finding, Findings } from '../src/trials/findings.js';

/** Operations per second of a driver in each round. */
export type Speeds = Readonly<Record<string, readonly number[]>>;

function sampleOf(perSecond: number): Sample {
  return { operations: perSecond, seconds: 1, userSeconds: 0.25, systemSeconds: 0.25 };
}

function findingsOf(inCase: string, speeds: Speeds): readonly Finding[] {
  return Object.entries(speeds).flatMap(([driver, perSecond]) =>
    perSecond.map((it, round) => ({
      ...{ driver, case: inCase, round, purpose: 'speed' as const },
      sample: sampleOf(it),
    })),
  );
}

/** Findings as a trial makes them, of these speeds; each case has its number as its name. */
export function madeFindings(trial: string, cases: Readonly<Record<string, Speeds>>): Findings {
  return {
    trial,
    title: 'made up <for a test>',
    parameters: {},
    repeats: 2,
    cases: Object.keys(cases).map((name) =>
      Number.isNaN(Number(name)) ? { name } : { name, x: Number(name) },
    ),
    drivers: [...new Set(Object.values(cases).flatMap((speeds) => Object.keys(speeds)))],
    samples: Object.entries(cases).flatMap(([name, speeds]) => findingsOf(name, speeds)),
    failures: [],
    missing: [],
    notes: ['a note'],
  };
}

const CURVE = [
  [0, 1],
  [50, 2],
  [99, 30],
  [99.9, 400],
  [100, 5000],
] as const;

/** A round for latencies besides. */
export function withLatency(findings: Findings, inCase: string): Findings {
  const latency = { count: 1000, p50: 2, p99: 30, p999: 400, max: 5000, curve: CURVE };
  const rounds = findings.drivers.map((driver) => ({
    ...{ driver, case: inCase, round: findings.repeats, purpose: 'latency' as const },
    sample: { ...sampleOf(1000), distributions: { latency } },
  }));
  return { ...findings, samples: [...findings.samples, ...rounds] };
}

export function madeSamples(...trials: readonly Findings[]): Samples {
  return {
    schema: SCHEMA,
    command: 'pnpm bench --full',
    started: '2026-01-02T03:04:05.678Z',
    seconds: 90,
    machine: {
      ...{ cpu: 'A CPU', cores: 2, memoryBytes: 2 ** 34, kernel: '6.6.0', node: 'v20.19.0' },
      ...{ directory: '/files', fileSystem: 'ext4', device: '/dev/disk' },
      versions: { node: '20.19.0', fio: 'fio-3.33' },
      mitigations: { meltdown: 'Mitigation: PTI', mds: 'Not affected' },
    },
    noise: { loadBefore: 0.5, stolen: 0.01 },
    trials,
    broken: [],
  };
}
