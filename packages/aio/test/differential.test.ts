// The same random calls on two files, one opened by Node and one by us: whatever Node does, in this
// version of it, is what we do.
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import { constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { SEEK_CUR, lseek } from 'aio-bind';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from '../src/index.js';
import { type Outcome, openingOutcome, outcomeOf } from './support/outcome.js';
import { type Call, anyCall, close, reading } from './support/random-call.js';
import type { Recipe } from './support/random-value.js';
import { rounds } from './support/rounds.js';
import { TempFolder } from './support/temp-folder.js';

const SCRIPTS = rounds(2000, 200);
/** Generous: how long it takes is the disk's affair, which syncs in it. */
const PATIENCE = { timeout: 300_000 };
const BURSTS = rounds(300, 40);

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

type Flags = string | number;
type Open = (path: string, flags: Flags) => Promise<FileHandle>;

const flags = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<Flags>('r+', 'w+', 'a+') },
  { weight: 4, arbitrary: fc.constantFrom<Flags>('r', 'w', 'a', 'r', 'a', 'rs+', 'as+') },
  { weight: 1, arbitrary: fc.constantFrom<Flags>('ax', 'ax+', 'wx', 'wx+', 'xa', 'nonsense', '') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Flags>(
      ...[O_RDONLY, O_RDWR, O_WRONLY, O_RDWR | O_APPEND, O_WRONLY | O_APPEND, O_RDWR | O_SYNC],
      ...[O_RDWR | O_CREAT | O_EXCL, O_RDWR | O_TRUNC, -1, 0.5, NaN],
    ),
  },
);

const LARGEST = 600_000;
const size = fc.oneof(
  fc.constantFrom(0, 1, 4095, 4096, 4097, 8192, 12_288),
  fc.nat(20_000),
  fc.constantFrom(-1, LARGEST),
);

const contents = Buffer.from(Uint8Array.from({ length: LARGEST }, (_, i) => i * 31 + (i >> 8)));

/** What there is to see of a file and its handle, besides what calls gave back. */
function stateOf(path: string, handle: FileHandle): unknown {
  const { fd } = handle;
  const bytes = existsSync(path) ? readFileSync(path, 'latin1') : null;
  return { open: fd >= 0, position: fd >= 0 ? lseek(fd, 0, SEEK_CUR) : null, bytes };
}

/** Has the same done to a file by either; -1 bytes is no file. */
async function byBoth(
  bytes: number,
  how: Flags,
  act: (handle: FileHandle) => Promise<unknown>,
): Promise<void> {
  const path = folder.file('subject');
  const seen: unknown[] = [];
  for (const openFile of [nodeOpen, open] as Open[]) {
    rmSync(path, { force: true });
    if (bytes >= 0) writeFileSync(path, contents.subarray(0, bytes));
    const opened = await openingOutcome(() => openFile(path, how));
    if ('rejected' in opened) {
      seen.push(opened);
      continue;
    }
    const { handle } = opened;
    const outcome = await act(handle);
    seen.push([outcome, stateOf(path, handle)]);
    await handle.close();
  }
  // For its report of what is different; but it takes its time.
  if (!isDeepStrictEqual(seen[1], seen[0])) expect(seen[1]).toEqual(seen[0]);
}

/** One call after the other, and where each leaves the descriptor. */
async function inTurn(handle: FileHandle, calls: readonly Call[]): Promise<unknown> {
  const seen: [Call, Outcome, number | null][] = [];
  for (const call of calls) {
    const outcome = await outcomeOf(handle, call);
    seen.push([call, outcome, handle.fd >= 0 ? lseek(handle.fd, 0, SEEK_CUR) : null]);
  }
  return seen;
}

const allAtOnce = (handle: FileHandle, calls: readonly Call[]): Promise<Outcome[]> =>
  Promise.all(calls.map((call) => outcomeOf(handle, call)));

const script = fc.array(
  fc.oneof({ weight: 30, arbitrary: anyCall }, { weight: 1, arbitrary: close }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

/** Whether it says where, so that others at the same time make no difference to it. */
const saysWhere = ({ method, args }: Call): boolean => {
  const isPlace = (recipe: Recipe | undefined): boolean =>
    recipe?.is === 'value' && Number.isSafeInteger(recipe.value) && Number(recipe.value) >= 0;
  if (method === 'readFile') return false;
  const [first, second] = args;
  if (method === 'readv') return isPlace(second);
  // Whatever is no view counts as options, with or without a position, and what follows is not looked at.
  const options = first?.is === 'view' ? second : first;
  if (options?.is === 'object') return isPlace(options.fields.position);
  const isBare = second?.is === 'value' && typeof second.value !== 'object';
  return first?.is === 'view' && isBare && isPlace(args[3]);
};

const writeAt = (place: number, bytes: number): Call => ({
  method: 'write',
  args: [
    { is: 'view', type: 'Buffer', bytes, at: 0 },
    { is: 'value', value: 0 },
    { is: 'value', value: bytes },
    { is: 'value', value: place },
  ],
});

/** Writes that do not overlap. */
const writesApart = fc
  .array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 9000 })), { maxLength: 12 })
  .map((gaps) => {
    let place = 0;
    return gaps.map(([gap, bytes]) => {
      const call = writeAt(place + gap, bytes);
      place += gap + bytes;
      return call;
    });
  });

/** The same chunk, whichever way it is written where the descriptor is. */
const CHUNK = 'chunk of sixteen';
const chunkWriters: readonly Call[] = [
  { method: 'write', args: [{ is: 'value', value: CHUNK }] },
  { method: 'writeFile', args: [{ is: 'value', value: CHUNK }] },
  { method: 'appendFile', args: [{ is: 'value', value: CHUNK }] },
  {
    method: 'write',
    args: [CHUNK, null, 'latin1'].map((one): Recipe => ({ is: 'value', value: one })),
  },
  {
    method: 'writev',
    args: [{ is: 'list', items: [{ is: 'view', type: 'Buffer', bytes: 16, at: 0 }] }],
  },
];

describe("a handle of ours and one of Node's", PATIENCE, () => {
  test('give the same results, errors, contents and positions, call by call', async () => {
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(size, flags, script, async (bytes, how, all) => {
        calls += all.length;
        await byBoth(bytes, how, (handle) => inTurn(handle, all));
      }),
      { numRuns: SCRIPTS },
    );
    expect(calls).toBeGreaterThan(SCRIPTS);
  });

  test('give the same results for reads at once', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.array(reading.filter(saysWhere), { maxLength: 30 }), (bytes, all) =>
        byBoth(bytes, 'r', (handle) => allAtOnce(handle, all)),
      ),
      { numRuns: BURSTS },
    );
  });

  test('give the same results and contents for writes at once that do not overlap', async () => {
    await fc.assert(
      fc.asyncProperty(size, writesApart, (bytes, all) =>
        byBoth(bytes, 'w+', (handle) => allAtOnce(handle, all)),
      ),
      { numRuns: BURSTS },
    );
  });

  test('give the same contents for writes at once where the descriptor is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('r+', 'w', 'a', 'a+'),
        fc.array(fc.constantFrom(...chunkWriters.slice(0, 4)), { maxLength: 12 }),
        (how, all) => byBoth(40, how, (handle) => allAtOnce(handle, all)),
      ),
      { numRuns: BURSTS },
    );
  });

  test('give each read at once where the descriptor is a piece of its own', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(20), (bytes, count) =>
        byBoth(bytes, 'r', async (handle) => {
          const reads = Array.from({ length: count }, async () => {
            const { bytesRead, buffer } = await handle.read(Buffer.alloc(512));
            return buffer.subarray(0, bytesRead).toString('latin1');
          });
          return (await Promise.all(reads)).sort();
        }),
      ),
      { numRuns: BURSTS },
    );
  });

  test('serve what was called before close(), and refuse what is called after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.array(reading.filter(saysWhere), { maxLength: 5 }), writesApart),
        fc.array(anyCall, { maxLength: 4 }),
        (before, after) =>
          byBoth(9000, 'r+', async (handle) => {
            const earlier = allAtOnce(handle, before);
            const closed = handle.close();
            const seen = [await earlier, await closed.then(() => 'closed')];
            const later = await allAtOnce(handle, after);
            await handle.close();
            return [seen, later];
          }),
      ),
      { numRuns: BURSTS },
    );
  });
});
