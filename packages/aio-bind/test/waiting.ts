// For calls that block this thread: another process acts on it once it sleeps in the kernel.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Whether a child may see what this process waits for: proc_pid_syscall(5), which Yama restricts. */
export const canBeWatched = (): boolean =>
  spawnSync('cat', [`/proc/${process.pid}/syscall`], { stdio: 'ignore' }).status === 0;

/** For its scope a signal has a handler, and so does not end the process. */
export function handled(signal: NodeJS.Signals): Disposable {
  const ignore = (): undefined => undefined;
  process.on(signal, ignore);
  return { [Symbol.dispose]: () => void process.off(signal, ignore) };
}

/** How many events a wait gives; 0 where a signal came before any. */
export function unlessInterrupted(wait: () => number): number {
  try {
    return wait();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINTR') return 0;
    throw error;
  }
}

/** The system call's number, which is the architecture's own (asm/unistd.h). */
const numbers: Partial<Record<string, Record<'io_getevents' | 'io_pgetevents', number>>> = {
  x64: { io_getevents: 208, io_pgetevents: 333 },
  arm64: { io_getevents: 4, io_pgetevents: 292 },
};

/**
 * Has `sh` run `script` as soon as this thread sleeps in system call `name`. In it, $1 is this
 * process.
 *
 * The shell stays until the end of the scope. If it ended before, another thread that wakes for its
 * SIGCHLD might take this thread's signal along, and io_pgetevents(2) would begin anew.
 */
export function onceBlockedIn(
  name: 'io_getevents' | 'io_pgetevents',
  script: string,
  ...args: string[]
): AsyncDisposable {
  const number = numbers[process.arch]?.[name];
  if (number === undefined) throw new Error(`the number of ${name} on ${process.arch} is missing`);
  const lines = [
    `until grep -q '^${number} ' /proc/$1/syscall; do [ -d /proc/$1 ] || exit; done`,
    script,
    'cat', // until its input ends
  ];
  const shell = spawn('sh', ['-c', lines.join('\n'), 'sh', `${process.pid}`, ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Without a sanitizer's LD_PRELOAD, which is not for programs that are not built for it.
    env: { PATH: process.env.PATH },
  });
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      // It may still be waiting for the call, which something else has ended.
      shell.kill();
      shell.stdin.end();
      await once(shell, 'close');
    },
  };
}
