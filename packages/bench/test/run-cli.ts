import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const PROGRAM = new URL('../dist/program.js', import.meta.url).href;
export const MAIN: string = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** How busy the machine is depends on who else tests: what is said of it is left out. */
function unhurried(stderr: string): string {
  return stderr.replace(/^WARNING: the machine was busy: .*\n/m, '');
}

export interface CliOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRun {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Nobody will read its standard output any more. */
  readonly closeOutput: () => void;
  readonly outcome: Promise<CliOutcome>;
}

/**
 * Starts the built command line, as its users have it.
 *
 * @param alone - in a process group of its own, as a terminal does
 */
export function startCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  alone = false,
): CliRun {
  const child = spawn(process.execPath, [MAIN, ...args], { env, detached: alone });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    pid: child.pid ?? 0,
    kill: (signal) => child.kill(signal),
    closeOutput: () => child.stdout.destroy(),
    outcome: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr: unhurried(stderr) }));
    }),
  };
}

/** Runs the built command line in a process of its own. */
export function runCli(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliOutcome> {
  return startCli(args, env).outcome;
}

/** Takes what is written to a stream, until it is restored. */
function capture(stream: NodeJS.WriteStream): { text: () => string; restore: () => void } {
  const { isTTY } = stream;
  let text = '';
  const write = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  stream.isTTY = false;
  return {
    text: () => text,
    restore() {
      write.mockRestore();
      stream.isTTY = isTTY;
    },
  };
}

/** Runs it in this process, for claims that are not about the process; its drivers have theirs still. */
export async function runHere(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CliOutcome> {
  const { program } = (await import(PROGRAM)) as typeof import('../src/program.js');
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  try {
    return { code: await program(args), stdout: stdout.text(), stderr: unhurried(stderr.text()) };
  } finally {
    stdout.restore();
    stderr.restore();
    vi.unstubAllEnvs();
  }
}

/** The rows of a driver in all tables that were printed. */
export function rowsOf(stdout: string, driver: string): readonly string[] {
  return stdout.split('\n').filter((line) => line.startsWith(`│ ${driver} `));
}
