import { readFileSync } from 'node:fs';

/** The most memory that this process has had so far, in bytes. */
export interface Memory {
  readonly physicalBytes: number;
  readonly virtualBytes: number;
}

function kibibytes(status: string, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  if (match === null) throw new Error(`/proc/self/status has no ${field}`);
  return Number(match[1]);
}

/** Peak resident and peak virtual size (VmHWM and VmPeak of proc_pid_status(5)). */
export function peakMemory(): Memory {
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    physicalBytes: kibibytes(status, 'VmHWM') * 1024,
    virtualBytes: kibibytes(status, 'VmPeak') * 1024,
  };
}
