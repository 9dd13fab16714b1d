// Why the addon could not be loaded, and what to do about it: nobody looks at the cause of a cause.
import { AddonNotFound, NotNode, inRepository } from './addon.js';

/** As Node's errors are. */
interface Coded {
  readonly code?: unknown;
  /** What may not be read, in ERR_ACCESS_DENIED. */
  readonly resource?: unknown;
}

function howToCompile(): string {
  if (inRepository()) return 'run `pnpm --filter aio-bind native`';
  return (
    'run `npm rebuild aio-bind` (from npm 12 on `npm install-scripts approve aio-bind` before it; ' +
    'pnpm: `pnpm approve-builds`), with a C++20 compiler and CMake'
  );
}

function notFound(): string {
  const why = inRepository()
    ? 'Installing compiles nothing in its repository'
    : 'Was its install script blocked? To compile it';
  return `${why}: ${howToCompile()}`;
}

/** Nothing where no more is known than the cause says. */
function whatToDo(cause: unknown): string | undefined {
  const { code, resource } = (cause ?? {}) as Coded;
  switch (code) {
    case 'ERR_DLOPEN_DISABLED':
      return 'Start node with --allow-addons, if it has --permission, and without --no-addons';
    case 'ERR_ACCESS_DENIED':
      return `Start node with --allow-fs-read=${String(resource)}, too`;
  }
  if (process.env.AIO_BIND_ADDON !== undefined) {
    return 'AIO_BIND_ADDON names it: unset that, or have it name one that was compiled for this system';
  }
  if (cause instanceof AddonNotFound) return notFound();
  switch (code) {
    case 'ERR_DLOPEN_FAILED':
      return `Was it compiled for another system? To compile it again: ${howToCompile()}`;
    case 'MODULE_NOT_FOUND':
      return (
        'Has aio-bind been bundled? Leave it out (esbuild: --external:aio-bind), and install it ' +
        'where the bundle is'
      );
  }
  return undefined;
}

function firstLine(cause: unknown): string {
  const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1);
  return line.replace(/\.$/, '');
}

/** In one line, for who uses the package without its addon. */
export function whyUnavailable(cause: unknown): string {
  if (process.platform !== 'linux') {
    return `kernel AIO is a part of Linux, and this is ${process.platform}`;
  }
  if (cause instanceof NotNode) return cause.message;
  const reason = `its addon could not be loaded: ${firstLine(cause)}`;
  const advice = whatToDo(cause);
  return advice === undefined ? reason : `${reason}. ${advice}`;
}
