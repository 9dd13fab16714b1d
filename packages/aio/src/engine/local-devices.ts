// Opening a file of the directory cache waits for nobody on a local file system, nor does asking how large one is.
// On others it may wait for a server (NFS) or a daemon (FUSE) all the same, so there a thread of Node's does it.
import { statfs } from 'node:fs/promises';

/** Types of file system, as statfs(2) tells them (linux/magic.h). */
const LOCAL = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0xe0f5e1e2, // EROFS
  0x73717368, // SquashFS
  0x858458f6, // ramfs
]);

/** A device by number, as statx(2) tells it. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** As glibc's makedev(3), and so `stat` of Node, has it. */
export function makedev({ major, minor }: DeviceNumber): number {
  const low = (minor & 0xff) + (major & 0xfff) * 2 ** 8;
  return low + (minor >>> 8) * 2 ** 20 + (major >>> 12) * 2 ** 44;
}

const local = new Map<number, boolean | Promise<boolean>>();

/**
 * Whether files of this device are opened, and asked for their size, without waiting.
 *
 * @param dev - as `stat` gives it
 * @param path - of a file on it
 * @returns a promise as long as it is not known
 */
export function learnLocal(dev: number, path: string | Uint8Array): boolean | Promise<boolean> {
  const known = local.get(dev);
  if (known !== undefined) return known;
  const learned = statfs(path as string | Buffer).then(
    ({ type }) => {
      local.set(dev, LOCAL.has(type));
      return LOCAL.has(type);
    },
    () => {
      local.delete(dev);
      return false;
    },
  );
  local.set(dev, learned);
  return learned;
}

/** The same; no, as long as it is not known. */
export function isLocal(dev: number, path: string | Uint8Array): boolean {
  return learnLocal(dev, path) === true;
}
