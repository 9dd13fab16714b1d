import { readdirSync } from 'node:fs';

/** How many threads this process has now (proc_pid_task(5)). */
export function countThreads(): number {
  return readdirSync('/proc/self/task').length;
}
