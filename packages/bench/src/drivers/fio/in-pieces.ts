import type { Sample } from '../../measure/sample.js';
import type { Running } from '../../process/run-job.js';

/** Its time and what it used, had it made so many operations at its speed. */
function scaled(sample: Sample, operations: number): Sample {
  const by = operations / sample.operations;
  return {
    ...sample,
    seconds: sample.seconds * by,
    userSeconds: sample.userSeconds * by,
    systemSeconds: sample.systemSeconds * by,
  };
}

function sum(samples: readonly Sample[], of: (sample: Sample) => number | undefined): number {
  return samples.reduce((total, sample) => total + (of(sample) ?? 0), 0);
}

/**
 * Several runs as one. Drivers of ours make as many operations in each slice, and so stay longer in those in which the
 * machine is slow; fio's runs are of equal time, so each counts as if it had made as many operations as the others.
 */
function joined(samples: readonly Sample[]): Sample {
  const [first] = samples;
  if (first === undefined) throw new Error('there was no slice');
  if (samples.length === 1) return first;
  if (samples.some(({ distributions }) => distributions !== undefined)) {
    throw new Error('latencies are measured in one piece');
  }
  const operations = sum(samples, ({ operations }) => operations);
  const even = samples.map((sample) => scaled(sample, operations / samples.length));
  return {
    operations,
    seconds: sum(even, ({ seconds }) => seconds),
    userSeconds: sum(even, ({ userSeconds }) => userSeconds),
    systemSeconds: sum(even, ({ systemSeconds }) => systemSeconds),
    contextSwitches: sum(samples, ({ contextSwitches }) => contextSwitches),
    bytes: sum(samples, ({ bytes }) => bytes),
  };
}

/**
 * What cannot wait for its next slice runs anew for each.
 *
 * @param run - makes one of the runs, which are counted from 0
 */
export function inPieces(run: (piece: number) => Promise<Sample>): Running {
  const samples: Sample[] = [];
  return {
    async slice() {
      samples.push(await run(samples.length));
    },
    end: () => Promise.resolve(joined(samples)),
    stop: () => Promise.resolve(),
  };
}
