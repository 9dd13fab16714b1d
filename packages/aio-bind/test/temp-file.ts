// Temporary files without a name: unlinked before they are used, so that nothing stays behind
// however a test ends.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { release, tmpdir } from 'node:os';
import path from 'node:path';

export const { O_APPEND, O_DIRECT, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

// linux/magic.h
export const EXT4 = 0xef53;
export const XFS = 0x58465342;
export const TMPFS = 0x01021994;

/** A descriptor that is closed with its scope. */
export class File implements Disposable {
  readonly fd: number;
  #open = true;

  constructor(fd: number) {
    this.fd = fd;
  }

  get size(): number {
    return fstatSync(this.fd).size;
  }

  get contents(): Buffer {
    const bytes = Buffer.alloc(this.size);
    for (let at = 0; at < bytes.length;) at += readSync(this.fd, bytes, at, bytes.length - at, at);
    return bytes;
  }

  /** The same file with other flags. */
  reopen(flags: number): File {
    return new File(openSync(`/proc/self/fd/${this.fd}`, flags));
  }

  close(): void {
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const open = (parent: string, make: (name: string) => number): File => {
  const folder = mkdtempSync(path.join(parent, 'aio-bind-'));
  try {
    return new File(make(path.join(folder, 'file')));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** A directory on a disk: the system's temporary one, or /var/tmp where that is a tmpfs. */
export const DISK: string = statfsSync(tmpdir()).type === TMPFS ? '/var/tmp' : tmpdir();

/** A file of `bytes`, written and synced: clean in the page cache, with its blocks on the disk. */
export function tempFile(bytes: Buffer | number = 0, parent: string = DISK): File {
  const file = open(parent, (name) => openSync(name, 'wx+'));
  const contents = typeof bytes === 'number' ? Buffer.alloc(bytes) : bytes;
  for (let at = 0; at < contents.length;) at += writeSync(file.fd, contents, at);
  fsyncSync(file.fd);
  // That may take long, and there are machines that drop within seconds what nobody looks at.
  readFileSync(`/proc/self/fd/${file.fd}`);
  return file;
}

/** A pipe; neither end blocks. */
export class Pipe implements Disposable {
  readonly readEnd: File;
  readonly writeEnd: File;

  constructor() {
    // Linux opens a FIFO for both at once. Such a descriptor cannot be polled by kernel AIO: it has
    // two wait queues (aio_poll_queue_proc() in fs/aio.c).
    using both = open(tmpdir(), (name) => {
      execFileSync('mkfifo', [name]);
      return openSync(name, O_RDWR | O_NONBLOCK);
    });
    this.readEnd = both.reopen(O_RDONLY | O_NONBLOCK);
    this.writeEnd = both.reopen(O_WRONLY | O_NONBLOCK);
  }

  fill(): void {
    writeSync(this.writeEnd.fd, 'x');
  }

  [Symbol.dispose](): void {
    this.readEnd.close();
    this.writeEnd.close();
  }
}

/** Whether the kernel is of this version or newer. */
export function kernelIsAtLeast(major: number, minor: number): boolean {
  const [hasMajor = 0, hasMinor = 0] = release().split('.').map(Number);
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}
