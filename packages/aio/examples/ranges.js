// Thousands of ranges of a file in one call and one promise: records that are written in any order, looked
// up by their numbers, and read as a library reads that takes a Blob.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { open } from 'aio';

const RECORD = 512;
const RECORDS = 2000;

const folder = mkdtempSync(path.join(tmpdir(), 'aio-'));
const file = await open(path.join(folder, 'records'), 'w+');

// One buffer for all. Where each record goes is a column: an array, or a typed array.
const all = Buffer.alloc(RECORDS * RECORD);
for (let i = 0; i < RECORDS; i++) all.write(`record ${i}`, i * RECORD);
const places = Float64Array.from({ length: RECORDS }, (_, i) => i * RECORD);
const written = await file.writeMany({ buffer: all, positions: places, lengths: RECORD });
console.log(`wrote ${written.orThrow().bytes} bytes`);

// A buffer for each, of any length: these are numbers of records.
const wanted = [1999, 7, 1024];
const requests = wanted.map((number) => {
  return { buffer: Buffer.alloc(RECORD), position: number * RECORD };
});
const read = (await file.readMany(requests)).orThrow();
console.log(requests.map(({ buffer }) => buffer.toString('utf8', 0, buffer.indexOf(0))).join(', '));

// Each range has its own result: bytes, fewer than wanted only where the file ends, or a negative errno.
const beyond = await file.readMany({
  buffer: Buffer.alloc(2 * RECORD),
  positions: [(RECORDS - 1) * RECORD + 12, RECORDS * RECORD],
  lengths: RECORD,
});
console.log(`full: ${read.results.join(', ')}; at the end: ${beyond.results.join(', ')}`);

// A part of the file, as a Blob is one.
const slice = file.slice(7 * RECORD, 8 * RECORD);
const text = await slice.slice(0, 8).text();
console.log(`${slice.size} bytes that begin with "${text}"`);

await file.close();
rmSync(folder, { recursive: true });
