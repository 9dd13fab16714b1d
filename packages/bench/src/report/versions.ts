import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../process/run-program.js';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  fio: ['--version'],
  fincore: ['--version'],
};

function packageVersion(name: string): string {
  const manifest = readFileSync(join(dirname(PACKAGE), name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** For those that do not end. */
const PATIENCE_MS = 5000;

/** The first line that a program prints; undefined where it is not there, or does not say. */
async function said(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const output = await runProgram(program, args, patience);
    if (output === 'missing') return undefined;
    return (output.stdout.trim() || output.stderr.trim()).split('\n')[0];
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Of what is measured, and of what measures: only what is there. */
export async function describeVersions(
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { node, v8, uv } = process.versions;
  const versions: Record<string, string | undefined> = {
    ...{ node, v8, uv },
    'aio-bind': packageVersion('aio-bind'),
    aio: packageVersion('aio'),
    revision: await said('git', ['-C', PACKAGE, 'describe', '--always', '--dirty'], signal),
  };
  for (const [program, args] of Object.entries(PROGRAMS)) {
    versions[program] = await said(program, args, signal);
  }
  const known = Object.entries(versions).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return Object.fromEntries(known);
}
