import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const TMPFS = 0x01021994; // linux/magic.h

/** A directory on a disk: the system's temporary one, or /var/tmp where that is a tmpfs. */
export const DISK: string = statfsSync(tmpdir()).type === TMPFS ? '/var/tmp' : tmpdir();

/** A directory that is removed with its scope. */
export class TempFolder implements Disposable {
  readonly path: string;

  constructor(parent: string = DISK) {
    this.path = mkdtempSync(path.join(parent, 'aio-test-'));
  }

  file(name: string): string {
    return path.join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
