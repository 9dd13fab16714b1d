import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { TempFolder } from '../../test/support/temp-folder.js';

export const MIB: number = 1 << 20;

export const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

interface DiskOptions {
  readonly bytes: number;
  /** Logical, 512 unless given. */
  readonly sectorBytes?: number;
  /** How much it really has room for; all of it unless given. */
  readonly room?: number;
}

/** Those that are attached; they go with the process at the latest. */
const attached = new Set<string>();
process.on('exit', () => {
  for (const device of attached) run('losetup', '--detach', device);
});

/** A block device for a test: a loop device over a file. */
export class Disk implements Disposable {
  readonly device: string;
  readonly #folder = new TempFolder();
  readonly #backing: string;
  readonly #bytes: number;
  readonly #isLimited: boolean;

  constructor({ bytes, sectorBytes = 512, room }: DiskOptions) {
    this.#bytes = bytes;
    this.#isLimited = room !== undefined;
    if (room !== undefined)
      run('mount', '-t', 'tmpfs', '-o', `size=${room}`, 'aio', this.#folder.path);
    this.#backing = this.#folder.file('disk');
    writeFileSync(this.#backing, '');
    truncateSync(this.#backing, bytes);
    const sector = `--sector-size=${sectorBytes}`;
    this.device = run('losetup', '--find', '--show', sector, this.#backing);
    attached.add(this.device);
  }

  /** Takes what is behind `bytes` away from under the device: it cannot be read any more (EIO). */
  breakFrom(bytes: number): void {
    truncateSync(this.#backing, bytes);
    dropCaches();
  }

  repair(): void {
    truncateSync(this.#backing, this.#bytes);
  }

  /** Has the device go as soon as nobody uses it any more. */
  detach(): void {
    if (!attached.delete(this.device)) return;
    run('losetup', '--detach', this.device);
  }

  [Symbol.dispose](): void {
    this.detach();
    if (this.#isLimited) run('umount', '--lazy', this.#folder.path);
    this.#folder[Symbol.dispose]();
  }
}

/** Everything that is clean goes out of the page cache. */
export function dropCaches(): void {
  run('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '1');
}

export type FileSystem = 'ext4' | 'xfs' | 'btrfs';
export const FILE_SYSTEMS: readonly FileSystem[] = ['ext4', 'xfs', 'btrfs'];
/** What XFS wants at least. */
const SMALLEST = 320 * MIB;

/** A file system of its own for a test, on a disk of its own. */
export class Volume implements Disposable {
  readonly path: string;
  readonly #folder = new TempFolder();
  readonly #disk: Disk;

  constructor(type: FileSystem) {
    this.#disk = new Disk({ bytes: SMALLEST });
    this.path = this.#folder.file(type);
    mkdirSync(this.path);
    run(`mkfs.${type}`, '-q', this.#disk.device);
    run('mount', this.#disk.device, this.path);
    this.#disk.detach();
  }

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  [Symbol.dispose](): void {
    run('umount', this.path);
    this.#disk[Symbol.dispose]();
    this.#folder[Symbol.dispose]();
  }
}
