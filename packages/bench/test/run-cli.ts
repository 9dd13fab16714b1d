import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN: string = fileURLToPath(new URL('../dist/main.js', import.meta.url));

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
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    }),
  };
}

export function runCli(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliOutcome> {
  return startCli(args, env).outcome;
}
