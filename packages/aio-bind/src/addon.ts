// Where the addon is.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The package is there, and its addon is not. */
export class AddonNotFound extends Error {
  constructor(root: string) {
    super(`there is no aio_bind.node in ${root}`);
  }
}

/** What pkg-prebuilds has, and its types have not. */
interface Prebuilds {
  resolve(
    root: string,
    options: unknown,
    verifyPrebuild: boolean,
    throwOnMissing: boolean,
  ): string | null;
}

/**
 * The package's folder, found by the package's name: this module may have been bundled into another
 * file, elsewhere. Where that is CommonJS there may be no import.meta.url, but __filename.
 */
function packageRoot(): string {
  const url = import.meta.url as string | undefined;
  const { resolve } = createRequire(url ?? __filename);
  return path.dirname(resolve('aio-bind/package.json'));
}

function findAddon(): string {
  const root = packageRoot();
  // Before pkg-prebuilds: it reads /etc/alpine-release, which Node's --permission may forbid.
  const compiled = path.join(root, 'build/Release/aio_bind.node');
  if (existsSync(compiled)) return compiled;
  const require = createRequire(path.join(root, 'package.json'));
  const prebuilds = require('pkg-prebuilds') as Prebuilds;
  const options: unknown = require(path.join(root, 'binding-options.cjs'));
  const shipped = prebuilds.resolve(root, options, false, false);
  if (shipped === null) throw new AddonNotFound(root);
  return shipped;
}

/** @throws what is in the way */
export function loadAddon(): unknown {
  // Another build of the addon, such as one with a sanitizer.
  const other = process.env.AIO_BIND_ADDON;
  const file = other === undefined ? findAddon() : path.resolve(other);
  return createRequire(file)(file);
}

/** Whether this is a clone, where installing compiles nothing: the published package has no tests. */
export function inRepository(): boolean {
  try {
    return existsSync(path.join(packageRoot(), 'native/test'));
  } catch {
    return false;
  }
}
