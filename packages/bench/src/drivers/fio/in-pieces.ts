import type { Sample } from '../../measure/sample.js';
import type { Running } from '../../process/run-job.js';

function sum(samples: readonly Sample[], of: (sample: Sample) => number | undefined): number {
  return samples.reduce((total, sample) => total + (of(sample) ?? 0), 0);
}

/** Several runs as one. */
function joined(samples: readonly Sample[]): Sample {
  return {
    operations: sum(samples, ({ operations }) => operations),
    seconds: sum(samples, ({ seconds }) => seconds),
    userSeconds: sum(samples, ({ userSeconds }) => userSeconds),
    systemSeconds: sum(samples, ({ systemSeconds }) => systemSeconds),
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
