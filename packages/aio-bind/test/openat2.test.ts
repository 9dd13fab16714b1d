import { constants, fstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as aio from '../src/index.js';
import { again } from './support/again.js';
import { outOfRange, refusal, wrong, wrongType } from './support/refusals.js';
import { Scratch } from './support/scratch.js';
import { File } from './temp-file.js';

const { O_CREAT, O_RDONLY, O_WRONLY, O_EXCL } = constants;
const { AT_FDCWD, O_CLOEXEC, O_PATH } = aio;

const opened = (dirfd: number, path: string | Uint8Array, how: aio.OpenHow): File =>
  new File(aio.openat2(dirfd, path, how));

const nullByte: unknown = expect.objectContaining({
  name: 'TypeError',
  code: 'ERR_INVALID_ARG_VALUE',
});

describe('openat2', () => {
  test('a path is a string in UTF-8, or bytes', () => {
    using folder = new Scratch();
    const path = folder.to('schön 🐢');
    writeFileSync(path, 'text');
    using byText = opened(AT_FDCWD, path, { flags: O_RDONLY });
    using byBytes = opened(AT_FDCWD, Buffer.from(path), { flags: O_RDONLY });
    expect(readFileSync(byText.fd, 'utf8')).toBe('text');
    expect(readFileSync(byBytes.fd, 'utf8')).toBe('text');
  });

  test('a relative path starts at the directory of dirfd', () => {
    using folder = new Scratch();
    writeFileSync(folder.to('file'), 'text');
    using directory = opened(AT_FDCWD, folder.path, { flags: O_PATH });
    using file = opened(directory.fd, 'file', { flags: O_RDONLY });
    expect(readFileSync(file.fd, 'utf8')).toBe('text');
  });

  test('a file that is created has the permissions of mode', () => {
    using folder = new Scratch();
    const flags = O_WRONLY | O_CREAT | O_EXCL;
    using file = opened(AT_FDCWD, folder.to('new'), { flags, mode: 0o600 });
    expect(fstatSync(file.fd).mode & 0o7777).toBe(0o600);
  });

  // That it compiles is half of the claim: exactOptionalPropertyTypes.
  test('an option that is undefined is as one that is not given', () => {
    using folder = new Scratch();
    writeFileSync(folder.to('file'), 'text');
    const how = { flags: O_RDONLY, mode: undefined, resolve: undefined };
    using file = opened(AT_FDCWD, folder.to('file'), how);
    expect(readFileSync(file.fd, 'utf8')).toBe('text');
    const kept = { idleMs: undefined, watcher: undefined };
    new aio.SubmitThreads({ threads: undefined, ...kept })[Symbol.dispose]();
    new aio.ReadHelper(kept)[Symbol.dispose]();
  });

  test('O_CLOEXEC is what the flag of the descriptor says', () => {
    const flagsOf = ({ fd }: File): number =>
      parseInt(
        /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '',
        8,
      );
    using kept = opened(AT_FDCWD, '/', { flags: O_RDONLY });
    using closed = opened(AT_FDCWD, '/', { flags: O_RDONLY | O_CLOEXEC });
    expect(flagsOf(kept) & O_CLOEXEC).toBe(0);
    expect(flagsOf(closed) & O_CLOEXEC).toBe(O_CLOEXEC);
  });

  test('RESOLVE_CACHED opens what was used just now, and refuses to create with EAGAIN', () => {
    using folder = new Scratch();
    const path = folder.to('file');
    writeFileSync(path, '');
    const resolve = aio.RESOLVE_CACHED;
    const fd = again(path, () => aio.try_openat2(AT_FDCWD, path, O_RDONLY, 0, resolve));
    expect(fd).toBeGreaterThan(0);
    using file = new File(fd);
    expect(file.size).toBe(0);
    const flags = O_WRONLY | O_CREAT;
    expect(() => aio.openat2(AT_FDCWD, folder.to('other'), { flags, resolve })).toThrow(
      refusal('EAGAIN', 'openat2'),
    );
  });

  test('RESOLVE_* say where a path may lead', () => {
    using folder = new Scratch();
    mkdirSync(folder.to('inner'));
    writeFileSync(folder.to('file'), 'text');
    symlinkSync('/file', folder.to('link'));
    using directory = opened(AT_FDCWD, folder.path, { flags: O_PATH });
    using inner = opened(AT_FDCWD, folder.to('inner'), { flags: O_PATH });
    const attempt = (dirfd: number, path: string, resolve: number) => (): void => {
      opened(dirfd, path, { flags: O_RDONLY, resolve }).close();
    };
    expect(attempt(inner.fd, '../file', aio.RESOLVE_BENEATH)).toThrow(refusal('EXDEV', 'openat2'));
    expect(attempt(directory.fd, 'link', aio.RESOLVE_NO_SYMLINKS)).toThrow(
      refusal('ELOOP', 'openat2'),
    );
    expect(attempt(AT_FDCWD, '/proc/self/fd/1', aio.RESOLVE_NO_MAGICLINKS)).toThrow(
      refusal('ELOOP', 'openat2'),
    );
    expect(attempt(AT_FDCWD, '/proc/self/stat', aio.RESOLVE_NO_XDEV)).toThrow(
      refusal('EXDEV', 'openat2'),
    );
    expect(attempt(directory.fd, 'link', aio.RESOLVE_IN_ROOT)).not.toThrow();
  });

  test.for([
    ['ENOENT', { flags: O_RDONLY }, '/nonesuch'],
    ['ENOENT', { flags: O_RDONLY }, ''],
    ['EISDIR', { flags: O_WRONLY }, '/'],
    ['ENAMETOOLONG', { flags: O_RDONLY }, '/'.repeat(4096)],
    ['EINVAL', { flags: O_RDONLY, mode: 0o600 }, '/'],
    ['EINVAL', { flags: 2 ** 40 }, '/'],
    ['EINVAL', { flags: O_RDONLY, resolve: 2 ** 20 }, '/'],
    ['EBADF', { flags: O_RDONLY }, 'relative'],
  ] as const)('%s is thrown for %o', ([code, how, path]) => {
    expect(() => aio.openat2(-1, path, how)).toThrow(refusal(code, 'openat2'));
  });

  test('a path of 4095 bytes is looked up', () => {
    using root = opened(AT_FDCWD, '/'.repeat(4095), { flags: O_PATH });
    expect(fstatSync(root.fd).isDirectory()).toBe(true);
  });

  test('a null byte is refused, since the kernel would take it for the end', () => {
    expect(() => aio.openat2(AT_FDCWD, '/\0', { flags: O_RDONLY })).toThrow(nullByte);
    expect(() => aio.openat2(AT_FDCWD, Buffer.from('/\0'), { flags: O_RDONLY })).toThrow(nullByte);
  });

  test('wrong arguments are refused', () => {
    const { openat2 } = aio;
    expect(() => openat2(wrong('0'), '/', { flags: 0 })).toThrow(wrongType);
    expect(() => openat2(AT_FDCWD, wrong(1), { flags: 0 })).toThrow(wrongType);
    expect(() => openat2(AT_FDCWD, wrong(new Uint16Array(1)), { flags: 0 })).toThrow(wrongType);
    expect(() => openat2(AT_FDCWD, '/', wrong(null))).toThrow(wrongType);
    expect(() => openat2(AT_FDCWD, '/', wrong({}))).toThrow(wrongType);
    expect(() => openat2(AT_FDCWD, '/', { flags: -1 })).toThrow(outOfRange);
    expect(() => openat2(AT_FDCWD, '/', { flags: 0, mode: 0.5 })).toThrow(outOfRange);
    expect(() => openat2(2 ** 31, '/', { flags: 0 })).toThrow(outOfRange);
    expect(() => openat2(AT_FDCWD, '/', { flags: 0 }, wrong(1))).toThrow(wrongType);
    expect(() => aio.try_openat2(AT_FDCWD, '/', 0, 0, 0, wrong(null))).toThrow(wrongType);
  });
});

describe('try_openat2', () => {
  test('returns a descriptor, or the errno that openat2 throws', () => {
    const fd = aio.try_openat2(AT_FDCWD, '/', O_PATH | O_CLOEXEC, 0, 0);
    expect(fstatSync(fd).isDirectory()).toBe(true);
    aio.close(fd);
    const errno = aio.try_openat2(AT_FDCWD, '/nonesuch', O_RDONLY, 0, 0);
    expect(aio.errnoError(errno, 'openat2')).toMatchObject({ code: 'ENOENT' });
  });

  test('a null byte is refused here, too', () => {
    expect(() => aio.try_openat2(AT_FDCWD, 'a\0', 0, 0, 0)).toThrow(nullByte);
  });
});

describe('close', () => {
  test('gives the descriptor back', () => {
    const fd = aio.openat2(AT_FDCWD, '/', { flags: O_PATH });
    aio.close(fd);
    expect(() => {
      aio.close(fd);
    }).toThrow(refusal('EBADF', 'close'));
  });

  test('wrong arguments are refused', () => {
    expect(() => {
      aio.close(wrong('1'));
    }).toThrow(wrongType);
  });
});
