import type { Sample } from '../../measure/sample.js';
import type { Watch } from '../../process/count-system-calls.js';
import { ProgramError, runProgram } from '../../process/run-program.js';
import { MissingDriver } from '../../trials/missing-driver.js';
import { parseFioOutput } from './fio-output.js';

const MISSING =
  'fio is not installed, and there is nothing to compare with as the limit: apt-get install fio, or dnf install fio';

/** What io_uring_setup(2) says where a sandbox or sysctl keeps it shut. */
const SHUT = /Operation not permitted|Function not implemented|engine \S+ not loadable/i;

/** fio takes a colon for the end of a file name. */
export function fioPath(path: string): string {
  return path.replaceAll(':', String.raw`\:`);
}

/** Runs fio(1) with one job. */
export async function runFio(
  engine: string,
  args: readonly string[],
  signal: AbortSignal,
  watch: Watch = (command) => command,
): Promise<Sample> {
  const all = ['--name=bench', `--ioengine=${engine}`, ...args, '--output-format=json'];
  try {
    const [program, watched] = watch(['fio', all]);
    const output = await runProgram(program, watched, signal);
    if (output === 'missing') throw new MissingDriver(MISSING);
    return parseFioOutput(output.stdout);
  } catch (error) {
    if (engine === 'io_uring' && error instanceof ProgramError && SHUT.test(error.message)) {
      throw new MissingDriver('fio-io_uring: this kernel or sandbox refuses io_uring');
    }
    throw error;
  }
}
