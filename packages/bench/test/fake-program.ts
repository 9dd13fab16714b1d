import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The environment of this process, but that `program` is a shell script in `directory`. */
export function envWithProgram(
  directory: string,
  program: string,
  script: string,
): NodeJS.ProcessEnv {
  writeFileSync(join(directory, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { ...process.env, PATH: `${directory}:${process.env.PATH ?? ''}` };
}
