import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('installing in the repository compiles nothing, and one line says what does', async () => {
  const args = ['scripts/compile.js', 'compile'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(stderr).toBe('');
  expect(stdout).toBe(
    'aio-bind: installing compiles nothing in the repository; ' +
      '`pnpm --filter aio-bind native` does, and so do `pnpm bench` and `pnpm test`.\n',
  );
});
