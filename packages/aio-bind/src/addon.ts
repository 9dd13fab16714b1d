// Where the addon is.
import { existsSync } from 'node:fs';
// Not createRequire by its name: webpack takes that for something of its own, and puts nothing in its place.
import nodeModule from 'node:module';
import path from 'node:path';

/** The package is there, and its addon is not. */
export class AddonNotFound extends Error {
  constructor(root: string) {
    super(`there is no aio_bind.node in ${root}`);
  }
}

/** It is not Node that runs this. */
export class NotNode extends Error {
  constructor(runtime: string) {
    super(`its addon is for Node.js, and this is ${runtime}`);
  }
}

/** Others load addons, too, but lack some of what this one calls: Bun and Deno would end the process. */
function refuseOthers(): void {
  const { bun, deno } = process.versions;
  if (bun !== undefined) throw new NotNode(`Bun ${bun}`);
  if (deno !== undefined) throw new NotNode(`Deno ${deno}`);
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
  const { resolve } = nodeModule.createRequire(url ?? __filename);
  return path.dirname(resolve('aio-bind/package.json'));
}

function findAddon(): string {
  const root = packageRoot();
  // Before pkg-prebuilds: it reads /etc/alpine-release, which Node's --permission may forbid.
  const compiled = path.join(root, 'build/Release/aio_bind.node');
  if (existsSync(compiled)) return compiled;
  const require = nodeModule.createRequire(path.join(root, 'package.json'));
  const prebuilds = require('pkg-prebuilds') as Prebuilds;
  const options: unknown = require(path.join(root, 'binding-options.cjs'));
  const shipped = prebuilds.resolve(root, options, false, false);
  if (shipped === null) throw new AddonNotFound(root);
  return shipped;
}

/** @throws what is in the way */
export function loadAddon(): unknown {
  refuseOthers();
  // Another build of the addon, such as one with a sanitizer.
  const other = process.env.AIO_BIND_ADDON;
  const file = other === undefined ? findAddon() : path.resolve(other);
  return nodeModule.createRequire(file)(file);
}

/** Whether this is a clone, where installing compiles nothing: the published package has no tests. */
export function inRepository(): boolean {
  try {
    return existsSync(path.join(packageRoot(), 'native/test'));
  } catch {
    return false;
  }
}
