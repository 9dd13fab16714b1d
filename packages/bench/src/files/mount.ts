import { readFileSync } from 'node:fs';

export interface Mount {
  readonly fileSystem: string;
  readonly device: string;
}

// proc_pid_mountinfo(5): id, parent, major:minor, root, mount point, options, optional fields,
// '-', file system, source. Spaces in paths are written as \040.
const LINE = /^\S+ \S+ \S+ \S+ (?<point>\S+) .*- (?<fileSystem>\S+) (?<device>\S+) /;

function parseMount(line: string): (Mount & { readonly point: string }) | undefined {
  const groups = LINE.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { point = '', fileSystem = '', device = '' } = groups;
  const path = point.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return { point: path, fileSystem, device };
}

function holds(point: string, path: string): boolean {
  return point === '/' || path === point || path.startsWith(`${point}/`);
}

/** The file system that an absolute path without links lies on, by a text like mountinfo's. */
export function findMount(mountinfo: string, path: string): Mount {
  let found: (Mount & { readonly point: string }) | undefined;
  for (const line of mountinfo.split('\n')) {
    const mount = parseMount(line);
    if (mount === undefined || !holds(mount.point, path)) continue;
    // The later of two mounts on one point hides the earlier.
    if (found === undefined || mount.point.length >= found.point.length) found = mount;
  }
  const { fileSystem, device } = found ?? { fileSystem: 'unknown', device: 'unknown' };
  return { fileSystem, device };
}

export function mountOf(path: string): Mount {
  return findMount(readFileSync('/proc/self/mountinfo', 'utf8'), path);
}
