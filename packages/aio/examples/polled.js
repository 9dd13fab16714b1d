// A polled loop, as with linux_aio: submit, do something else, look what has completed.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AioContext, ReadOperation } from 'aio';

const folder = mkdtempSync(path.join(tmpdir(), 'aio-'));
const files = ['one', 'two', 'three'].map((name) => {
  writeFileSync(path.join(folder, name), `this is file ${name}`);
  return openSync(path.join(folder, name), 'r');
});

const context = new AioContext({ maxInFlight: files.length });
const reads = files.map((file) => new ReadOperation({ file, buffer: Buffer.alloc(64) }));

let rounds = 0;
for (let round = 0; round < 1000; round++) {
  context.submit(...reads); // the same operations again: nothing is allocated
  for (let left = reads.length; left > 0;) {
    // At least one, at most all, and wait for no more than a millisecond.
    for (const event of context.getEvents(1, left, 1_000_000n)) {
      if (event.error !== null) throw event.error;
      if (round === 0) console.log(event.bytes().toString());
      left--;
    }
  }
  rounds++;
}
console.log(`read ${files.length} files ${rounds} times`);

context.close(); // blocks for some 30 ms
for (const file of files) closeSync(file);
rmSync(folder, { recursive: true });
