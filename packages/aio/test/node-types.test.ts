import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { open } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

const dist = new URL('../dist/', import.meta.url);

/** The names in the braces of every import of `node:fs` and `node:fs/promises`, as they are there. */
function namesIn(declarations: string): string[] {
  const imports = declarations.matchAll(
    /^import (?:type )?\{([^}]*)\} from 'node:fs(?:\/promises)?'/gm,
  );
  return [...imports].flatMap(([, names]) =>
    names!.split(',').map((name) => /^\s*(?:type )?(\w+)/.exec(name)![1]!),
  );
}

// Who has types of an older Node than ours gets an error for a name that they do not have.
test('the declarations take of Node’s file types only what those of Node 20 have had all along', () => {
  const files = readdirSync(fileURLToPath(dist), { recursive: true, encoding: 'utf8' });
  const names = files
    .filter((file) => file.endsWith('.d.ts'))
    .flatMap((file) => namesIn(readFileSync(new URL(file, dist), 'utf8')));
  // Another one is in order here if @types/node 20.9.0, 22.10.0 and 24.0.0 have it.
  const known = [
    'FileHandle',
    'FileReadResult',
    'ReadStream',
    'appendFile',
    'open',
    'readFile',
    'writeFile',
  ];
  expect(names).toContain('FileHandle');
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
});

// That it compiles is half of the claim: Node's overloads take such an encoding with a signal.
test.each<BufferEncoding | null | undefined>(['utf8', null, undefined])(
  'readFile takes an encoding that may be null together with a timeout: %s',
  async (encoding) => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    const handle = await open(folder.file('file'));
    const contents: string | Buffer = await handle.readFile({ encoding, timeout: Infinity });
    expect(contents).toEqual(encoding === 'utf8' ? 'text' : Buffer.from('text'));
    await handle.close();
  },
);
