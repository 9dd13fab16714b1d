// The package as somebody has it: a copy elsewhere, or the part that loads its addon in a bundle.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the package is compiled to where it is installed. */
const COMPILED = 'build/Release/aio_bind.node';

export const addon: string = path.join(root, COMPILED);

/** What a program says of the addon: 'loaded', or why it cannot be used. */
const ask = `
try {
  native.stackAddress();
  console.log('loaded');
} catch (error) {
  console.log(error.message);
}`;

interface RunOptions {
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs one of these programs, and gives what it says. */
export async function said(
  program: string,
  { flags = [], env = {} }: RunOptions = {},
): Promise<string> {
  // Tests may run with another build of the addon, and where a package manager has all packages found.
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], {
    env: { ...process.env, AIO_BIND_ADDON: undefined, NODE_PATH: undefined, ...env },
  });
  return stdout.trimEnd();
}

/** Copies what is published into a folder, but for its addon, and gives a program that uses it. */
export function installInto(folder: string): string {
  for (const name of ['dist', 'package.json', 'binding-options.cjs']) {
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  const prebuilds = 'node_modules/pkg-prebuilds';
  cpSync(realpathSync(path.join(root, prebuilds)), path.join(folder, prebuilds), {
    recursive: true,
  });
  const program = path.join(folder, 'ask.mjs');
  writeFileSync(program, `import { native } from './dist/native.js';${ask}`);
  return program;
}

/** Gives what was installed into a folder its addon, or something in its place. */
export function compileInto(folder: string, bytes: Uint8Array = readFileSync(addon)): void {
  const file = path.join(folder, COMPILED);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

/** Puts what loads the addon into a folder as esbuild's CommonJS has it: import.meta is an empty object. */
export function bundleInto(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of ['addon.js', 'why-unavailable.js', 'native.js']) {
    const { outputText } = ts.transpileModule(readFileSync(path.join(root, 'dist', name), 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2023,
        esModuleInterop: true,
      },
    });
    writeFileSync(path.join(folder, name), outputText.replaceAll('import.meta', '({})'));
  }
  const program = path.join(folder, 'ask.js');
  writeFileSync(program, `const { native } = require('./native.js');${ask}`);
  return program;
}
