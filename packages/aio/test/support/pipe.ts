import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { TempFolder } from './temp-folder.js';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** All by one process: a process for each would take longer than most tests that want many. */
function makeFifos(folder: TempFolder, count: number): readonly string[] {
  const names = Array.from({ length: count }, (_, i) => folder.file(`fifo-${i}`));
  execFileSync('mkfifo', names);
  return names;
}

function openEnds(fifo: string): [readEnd: number, writeEnd: number] {
  // Linux opens a FIFO for both at once, so that neither end waits for the other.
  const both = openSync(fifo, O_RDWR | O_NONBLOCK);
  const ends: [number, number] = [
    openSync(fifo, O_RDONLY | O_NONBLOCK),
    openSync(fifo, O_WRONLY | O_NONBLOCK),
  ];
  closeSync(both);
  return ends;
}

/** A pipe with a descriptor for each end; neither blocks. */
export class Pipe implements Disposable {
  readonly readEnd: number;
  readonly writeEnd: number;

  /** @param fifo - one that nobody has opened yet; else there will be one */
  constructor(fifo?: string) {
    if (fifo === undefined) {
      using folder = new TempFolder(tmpdir());
      const [made = ''] = makeFifos(folder, 1);
      [this.readEnd, this.writeEnd] = openEnds(made);
    } else {
      [this.readEnd, this.writeEnd] = openEnds(fifo);
    }
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

export function makePipes(count: number): readonly Pipe[] {
  using folder = new TempFolder(tmpdir());
  return makeFifos(folder, count).map((fifo) => new Pipe(fifo));
}
