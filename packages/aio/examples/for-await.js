// Completions as they come: each block that was read is written to another file at once, and synced at
// the end. Nothing here blocks for what the kernel can queue.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AioContext, FdatasyncOperation, ReadOperation, WriteOperation, open } from 'aio';

const BLOCK = 4096;
const BLOCKS = 64;

const folder = mkdtempSync(path.join(tmpdir(), 'aio-'));
const [from, to] = ['from', 'to'].map((name) => path.join(folder, name));
writeFileSync(
  from,
  Buffer.concat(Array.from({ length: BLOCKS }, (_, i) => Buffer.alloc(BLOCK, i))),
);

const source = await open(from, 'r');
const target = await open(to, 'w');
const context = new AioContext({ maxInFlight: BLOCKS });

context.submit(
  ...Array.from({ length: BLOCKS }, (_, i) => {
    return new ReadOperation({ file: source, buffer: Buffer.alloc(BLOCK), offset: i * BLOCK });
  }),
);
// It ends when nothing that was submitted is left.
for await (const { operation, error } of context) {
  if (error !== null) throw error;
  if (operation.command === 'read') {
    // The same operation, now as a write: buffer and offset stay.
    context.submit(operation.convert(WriteOperation, { file: target }));
  }
}
// One operation whose result is awaited.
await context.run(new FdatasyncOperation({ file: target }));

console.log(`copied ${BLOCKS} blocks: ${readFileSync(to).equals(readFileSync(from))}`);

await context[Symbol.asyncDispose](); // or declare it with `await using`
await source.close();
await target.close();
rmSync(folder, { recursive: true });
