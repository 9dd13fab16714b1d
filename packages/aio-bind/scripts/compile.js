// Runs cmake-js with the arguments given, once it is sure that there is something to compile with.
// `compile` is for who installs the package; in the repository, turbo's task `native` compiles.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';

const succeeds = (command, args = ['--version'], input = '') =>
  spawnSync(command, args, { input, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;

const compiler = [process.env.CXX, 'c++', 'g++', 'clang++'].find((name) => name && succeeds(name));

const compiles = (code) =>
  compiler !== undefined &&
  succeeds(compiler, ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], code);

/** uv.h comes with Node's own headers, else with the system's libuv. */
const hasUv = () =>
  existsSync(path.resolve(process.execPath, '../../include/node/uv.h')) ||
  compiles('#include <uv.h>');

/** As native/kernel/syscalls.cc asks for them. */
const KERNEL_HEADERS = `
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#ifndef SYS_io_pgetevents
#error
#endif`;

function lacking() {
  const needs = [
    ['a C++20 compiler (g++ 10, clang 11 or newer)', compiles('#include <span>')],
    ['CMake', succeeds('cmake')],
    ['make or ninja', succeeds('make') || succeeds('ninja')],
    ["the kernel's headers (Linux 4.18 or newer)", compiles(KERNEL_HEADERS)],
    ['uv.h', hasUv()],
  ];
  return needs.filter(([, there]) => !there).map(([name]) => name);
}

const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');

/** The published package has no tests. */
const inRepository = existsSync('native/test');

function compile(args) {
  if (inRepository && args[0] === 'compile') {
    console.log(
      'aio-bind: installing compiles nothing in the repository; ' +
        '`pnpm --filter aio-bind native` does, and so do `pnpm bench` and `pnpm test`.',
    );
    return 0;
  }
  if (process.platform !== 'linux') {
    console.log('aio-bind: kernel AIO is in Linux only; nothing is compiled here.');
    return 0;
  }
  const missing = lacking();
  if (missing.length > 0) {
    console.error(
      `aio-bind: missing ${missing.join(', ')}. ` +
        'Debian, Ubuntu: apt-get install g++ cmake make libuv1-dev; ' +
        'Fedora: dnf install gcc-c++ cmake make libuv-devel; ' +
        'Alpine: apk add g++ cmake make linux-headers libuv-dev.',
    );
    return 1;
  }
  const settings = ['--log-level', 'warn', '--parallel', String(availableParallelism())];
  const { status } = spawnSync(process.execPath, [cmakeJs, ...settings, ...args], {
    stdio: 'inherit',
  });
  return status ?? 1;
}

process.exitCode = compile(process.argv.slice(2));
