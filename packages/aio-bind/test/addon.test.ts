// Where the addon is looked for, and what is said where it cannot be loaded: the cause, and what to do
// about that one.
import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addon, bundleInto, compileInto, installInto, said } from './support/installed.js';
import { Scratch } from './support/scratch.js';

const notLoaded = 'aio-bind does not work here: its addon could not be loaded';

/** As Node 20 calls it, or as later ones do. */
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

describe('the addon', () => {
  test('is that which was compiled where the package is installed', async () => {
    using folder = new Scratch();
    const program = installInto(folder.path);
    compileInto(folder.path);
    expect(await said(program)).toBe('loaded');
  });

  test('is loaded where nothing but the package may be read', async () => {
    using folder = new Scratch();
    const program = installInto(folder.path);
    compileInto(folder.path);
    const flags = [permission, '--allow-addons', `--allow-fs-read=${folder.to('*')}`];
    expect(await said(program, { flags })).toBe('loaded');
  });

  test('is found from a bundle, too, beside which the package is installed', async () => {
    using folder = new Scratch();
    const program = bundleInto(folder.to('app'));
    installInto(folder.to('node_modules/aio-bind'));
    compileInto(folder.to('node_modules/aio-bind'));
    expect(await said(program)).toBe('loaded');
  });

  test('is that of AIO_BIND_ADDON, also in a bundle', async () => {
    using folder = new Scratch();
    const env = { AIO_BIND_ADDON: addon };
    expect(await said(bundleInto(folder.to('app')), { env })).toBe('loaded');
    expect(await said(installInto(folder.to('package')), { env })).toBe('loaded');
  });
});

describe('where it cannot be loaded, the message', () => {
  test('asks about install scripts if it is not there', async () => {
    using folder = new Scratch();
    expect(await said(installInto(folder.path))).toBe(
      `${notLoaded}: there is no aio_bind.node in ${folder.path}. ` +
        'Was its install script blocked? To compile it: run `npm rebuild aio-bind` (from npm 12 on ' +
        '`npm install-scripts approve aio-bind` before it; pnpm: `pnpm approve-builds`), with a ' +
        'C++20 compiler and CMake',
    );
  });

  test('names the command of the repository if that is where it is not', async () => {
    using folder = new Scratch();
    const program = installInto(folder.path);
    mkdirSync(folder.to('native/test'), { recursive: true });
    expect(await said(program)).toBe(
      `${notLoaded}: there is no aio_bind.node in ${folder.path}. ` +
        'Installing compiles nothing in its repository: run `pnpm --filter aio-bind native`',
    );
  });

  test('names the flags by which Node loads addons', async () => {
    using folder = new Scratch();
    const program = installInto(folder.path);
    compileInto(folder.path);
    const message =
      `${notLoaded}: Cannot load native addon because loading addons is disabled. ` +
      'Start node with --allow-addons, if it has --permission, and without --no-addons';
    const restricted = [permission, `--allow-fs-read=${folder.to('*')}`];
    for (const flags of [restricted, ['--no-addons']]) {
      expect(await said(program, { flags })).toBe(message);
    }
  });

  test('names what Node may not read', async () => {
    using folder = new Scratch();
    const program = installInto(folder.path);
    const flags = [permission, '--allow-addons', `--allow-fs-read=${folder.to('*')}`];
    const message = await said(program, { flags });
    expect(message).toContain(`${notLoaded}: Access to this API has been restricted. `);
    expect(message).toMatch(/Start node with --allow-fs-read=\/etc\/alpine-release, too$/);
    expect(message).not.toContain('install script');
  });

  test('has the words of the dynamic linker', async () => {
    using folder = new Scratch();
    const program = installInto(folder.path);
    compileInto(folder.path, Buffer.from('none'));
    const message = await said(program);
    expect(message).toContain(`${notLoaded}: ${folder.to('build/Release/aio_bind.node')}: `);
    expect(message).toContain(
      '. Was it compiled for another system? To compile it again: run `npm rebuild aio-bind`',
    );
  });

  test('says so if AIO_BIND_ADDON is wrong', async () => {
    using folder = new Scratch();
    const env = { AIO_BIND_ADDON: '/nowhere/aio_bind.node' };
    expect(await said(installInto(folder.path), { env })).toBe(
      `${notLoaded}: Cannot find module '/nowhere/aio_bind.node'. AIO_BIND_ADDON names it: ` +
        'unset that, or have it name one that was compiled for this system',
    );
  });

  test('says how to bundle if the package is nowhere near', async () => {
    using folder = new Scratch();
    expect(await said(bundleInto(folder.path))).toBe(
      `${notLoaded}: Cannot find module 'aio-bind/package.json'. ` +
        'Has aio-bind been bundled? Leave it out (esbuild: --external:aio-bind), and install it ' +
        'where the bundle is',
    );
  });
});

// Where these load the addon, the process dies at the first call that they lack.
test.each([
  ['Bun 1.4.5', { bun: '1.4.5' }],
  ['Deno 2.9.6', { deno: '2.9.6' }],
])('the addon is not loaded by %s, which is named', async (runtime, version) => {
  using folder = new Scratch();
  const program = installInto(folder.path);
  compileInto(folder.path);
  const versions = `{ ...process.versions, ...${JSON.stringify(version)} }`;
  const pretending = `Object.defineProperty(process, 'versions', { value: ${versions} });`;
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(pretending)}`];
  expect(await said(program, { flags })).toBe(
    `aio-bind does not work here: its addon is for Node.js, and this is ${runtime}`,
  );
});

test('nothing imports createRequire by its name, which webpack would leave undefined', () => {
  const loader = readFileSync(new URL('../dist/addon.js', import.meta.url), 'utf8');
  expect(loader).toContain('createRequire(');
  expect(loader).not.toMatch(/import *\{[^}]*\bcreateRequire\b/);
});

test('the command of the repository is there', () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(manifest)).toMatchObject({
    name: 'aio-bind',
    scripts: { native: 'node scripts/compile.js build' },
  });
});
