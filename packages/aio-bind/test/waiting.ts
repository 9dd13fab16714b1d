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

/** The system call's number, which is the architecture's own (asm/unistd.h). */
const numbers: Partial<Record<string, Record<'io_getevents' | 'io_pgetevents', number>>> = {
  x64: { io_getevents: 208, io_pgetevents: 333 },
  arm64: { io_getevents: 4, io_pgetevents: 292 },
};

/**
 * Has `sh` run `script` as soon as this thread sleeps in system call `name`. In it, $1 is this
 * process.
 *
 * @returns when the shell has ended. It does not while the thread still sleeps there: another
 * thread that wakes for its SIGCHLD would take this thread's signal as well.
 */
export async function onceBlockedIn(
  name: 'io_getevents' | 'io_pgetevents',
  script: string,
  ...args: string[]
): Promise<void> {
  const number = numbers[process.arch]?.[name];
  if (number === undefined) throw new Error(`the number of ${name} on ${process.arch} is missing`);
  const asleep = `grep -q '^${number} ' /proc/$1/syscall`;
  const lines = [
    `until ${asleep}; do [ -d /proc/$1 ] || exit; done`,
    script,
    `while ${asleep}; do :; done`,
  ];
  const shell = ['-c', lines.join('\n'), 'sh', `${process.pid}`, ...args];
  // Without a sanitizer's LD_PRELOAD, which is not for programs that are not built for it.
  const env = { PATH: process.env.PATH };
  await once(spawn('sh', shell, { stdio: 'ignore', env }), 'close');
}
