// Files that the kernel makes up as they are read (/proc, /sys). There is nothing in them to be read without waiting; few have
// AIO, some can be written at the descriptor's position alone, and to write to one twice is to do something twice. Node has
// them, as it always had.
import { readFileSync } from 'node:fs';
import { makedev } from './local-devices.js';

/** As mountinfo names file systems. */
const MADE_UP = new Set([
  ...['proc', 'sysfs', 'debugfs', 'tracefs', 'securityfs', 'configfs', 'cgroup', 'cgroup2'],
  ...['efivarfs', 'pstore', 'bpf', 'selinuxfs', 'smackfs', 'binfmt_misc', 'fusectl', 'resctrl'],
]);

/** A line of mountinfo: ID, parent, major:minor, ..., a hyphen, type. See proc_pid_mountinfo(5). */
const LINE = /^\d+ \d+ (?<major>\d+):(?<minor>\d+) .* - (?<type>\S+) /u;

const known = new Map<number, boolean>();

function learn(): void {
  for (const line of readFileSync('/proc/self/mountinfo', 'latin1').split('\n')) {
    const { major, minor, type } = LINE.exec(line)?.groups ?? {};
    if (type === undefined) continue;
    known.set(makedev({ major: Number(major), minor: Number(minor) }), MADE_UP.has(type));
  }
}

/**
 * Whether files of this device are such. Asks no server and no daemon, as statfs(2) would.
 *
 * @param dev - as `stat` gives it
 */
export function isMadeUp(dev: number): boolean {
  if (!known.has(dev)) {
    try {
      learn();
    } catch {
      // There is no /proc here.
    }
    // A part of a file system (Btrfs), or one that is mounted elsewhere.
    if (!known.has(dev)) known.set(dev, false);
  }
  return known.get(dev)!;
}
