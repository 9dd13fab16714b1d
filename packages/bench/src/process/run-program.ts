import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

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
}

/** A program that is running, or is not installed. */
export interface RunningProgram {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** What it printed, or 'missing' where it is not installed. */
  readonly ended: Promise<ProgramOutput | 'missing'>;
  /** Ends it, if it has not ended; `ended` says when. */
  kill(): void;
}

/** Starts a program; an abort of `signal` ends it, and then `ended` is rejected when it has. */
export function startProgram(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  { environment }: Surroundings = {},
): RunningProgram {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const kill = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', kill, { once: true });

  let stdout = '';
  let stderr = '';
  // A program that ends without reading has its own reasons, and says them by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));

  let failure: NodeJS.ErrnoException | undefined;
  child.on('error', (error) => (failure = error));
  const ended = new Promise<ProgramOutput | 'missing'>((resolve, reject) => {
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', kill);
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
  return { stdin: child.stdin, stdout: child.stdout, ended, kill };
}

/**
 * Runs a program to its end and gives what it printed, or 'missing' where it is not installed.
 * It is ended by an abort of `signal`, and waited for then as well: its files may be removed after.
 *
 * @param input - what it can read on its standard input
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  input = '',
): Promise<ProgramOutput | 'missing'> {
  const { stdin, ended } = startProgram(program, args, signal);
  stdin.end(input);
  return await ended;
}
