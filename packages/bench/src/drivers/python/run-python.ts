import type { Sample } from '../../measure/sample.js';
import { modulePath } from '../../process/module-path.js';
import { outcomeOf } from '../../process/run-job.js';
import { runProgram } from '../../process/run-program.js';
import { MissingDriver } from '../../trials/missing-driver.js';

/** Those of Python's libraries that are known here. */
export type PythonLibrary = 'linux_aio' | 'aiofiles';

const NO_PYTHON = 'python3 is not installed, and none of its libraries: apt-get install python3';

/** Runs a job in Python, with the first `python3` of the PATH; the scripts are in `python/`. */
export async function runPython(
  library: PythonLibrary,
  job: 'evaluation' | 'blocks',
  work: unknown,
  signal: AbortSignal,
): Promise<Sample> {
  const script = modulePath(`../../../python/${job}.py`, import.meta.url);
  // -B: nothing is written beside the scripts.
  const args = ['-B', script, library];
  const output = await runProgram('python3', args, signal, JSON.stringify(work));
  if (output === 'missing') throw new MissingDriver(NO_PYTHON);
  return outcomeOf(output.stdout);
}
