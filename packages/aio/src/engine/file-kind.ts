// What is known of a file without asking a server (NFS) or a daemon (FUSE), which may be this very process.
import { constants, fstat, fstatSync } from 'node:fs';
import {
  AT_EMPTY_PATH,
  AT_STATX_DONT_SYNC,
  SEEK_CUR,
  STATX_SIZE,
  STATX_TYPE,
  Statx,
  lseek,
  statx,
} from 'aio-bind';
import { learnLocal, makedev } from './local-devices.js';
import type { OpenFile } from './open-file.js';

const { S_IFMT, S_IFREG, S_IFBLK } = constants;

export interface FileKind {
  readonly isRegular: boolean;
  readonly isBlockDevice: boolean;
  /** As `stat` gives it. */
  readonly dev: number;
  /** In bytes; not of a block device. Where it is another machine's file, it may be larger by now. */
  readonly size: number;
}

/**
 * Whether it has a position, without which the kernel takes none to read at: some regular files (of debugfs and tracefs,
 * and of daemons that stream) are read like pipes, and what another file system within Node calls a descriptor is none.
 */
export function isSeekable(fd: number): boolean {
  try {
    lseek(fd, 0, SEEK_CUR);
    return true;
  } catch {
    return false;
  }
}

let stat: Statx | null = null;

/** @throws as fstat(2) */
export function kindOf(fd: number): FileKind {
  stat ??= new Statx();
  try {
    statx(fd, '', AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_SIZE, stat);
  } catch {
    // A sandbox that does not know it.
    const stats = fstatSync(fd);
    const { dev, size } = stats;
    return { isRegular: stats.isFile(), isBlockDevice: stats.isBlockDevice(), dev, size };
  }
  const type = stat.stx_mode & S_IFMT;
  return {
    isRegular: type === S_IFREG,
    isBlockDevice: type === S_IFBLK,
    dev: makedev({ major: stat.stx_dev_major, minor: stat.stx_dev_minor }),
    size: Number(stat.stx_size),
  };
}

/** How large a file is now, in bytes. Where somebody else has to be asked, a thread of Node's does it. */
export function sizeOf({ fd, device }: OpenFile): number | Promise<number> {
  if (learnLocal(device.dev, `/proc/self/fd/${fd}`) === true) return fstatSync(fd).size;
  return new Promise((resolve, reject) => {
    fstat(fd, (error, stats) => {
      if (error === null) resolve(stats.size);
      else reject(error);
    });
  });
}
