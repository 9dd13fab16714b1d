import { spawn } from 'node:child_process';

export interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that ended otherwise than with exit code 0. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly output: ProgramOutput;

  constructor(program: string, ending: string, output: ProgramOutput) {
    const said = output.stderr.trim() || output.stdout.trim();
    super(`${program} ended with ${ending}${said === '' ? '' : `: ${said}`}`);
    this.output = output;
  }
}

export interface Surroundings {
  /** Variables beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What it can read on its standard input. */
  readonly input?: string;
}

/**
 * Runs a program to its end and gives what it printed, or 'missing' where it is not installed.
 * It is ended by an abort of `signal`, and waited for then as well: its files may be removed after.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  { environment, input }: Surroundings = {},
): Promise<ProgramOutput | 'missing'> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const end = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', end, { once: true });

    let stdout = '';
    let stderr = '';
    // A program that ends without reading has its own reasons, and says them by its exit code.
    child.stdin?.on('error', () => undefined).end(input);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));

    let failure: NodeJS.ErrnoException | undefined;
    child.on('error', (error) => (failure = error));
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason as Error);
      else if (failure?.code === 'ENOENT') resolve('missing');
      else if (failure !== undefined) reject(failure);
      else if (code === 0) resolve({ stdout, stderr });
      else {
        const ending = code === null ? (killedBy ?? 'no exit code') : `exit code ${code}`;
        reject(new ProgramError(program, ending, { stdout, stderr }));
      }
    });
  });
}
