import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { TempFolder } from './temp-folder.js';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** A pipe with a descriptor for each end; neither blocks. */
export class Pipe implements Disposable {
  readonly readEnd: number;
  readonly writeEnd: number;

  constructor() {
    using folder = new TempFolder(tmpdir());
    const name = folder.file('fifo');
    execFileSync('mkfifo', [name]);
    // Linux opens a FIFO for both at once, so that neither end waits for the other.
    const both = openSync(name, O_RDWR | O_NONBLOCK);
    this.readEnd = openSync(name, O_RDONLY | O_NONBLOCK);
    this.writeEnd = openSync(name, O_WRONLY | O_NONBLOCK);
    closeSync(both);
  }

  /** There is something to read. */
  fill(): void {
    writeSync(this.writeEnd, 'x');
  }

  /** There is nothing to read. */
  drain(): void {
    readSync(this.readEnd, Buffer.alloc(1));
  }

  [Symbol.dispose](): void {
    closeSync(this.readEnd);
    closeSync(this.writeEnd);
  }
}
