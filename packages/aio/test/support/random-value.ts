// Arguments as data, so that each of two handles gets its own, built alike.
import fc from 'fast-check';

/** How a value is built. */
export type Recipe =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'view'; readonly type: ViewType; readonly bytes: number; readonly at: number }
  | { readonly is: 'list'; readonly items: readonly Recipe[] }
  | { readonly is: 'many'; readonly item: Recipe; readonly count: number }
  | { readonly is: 'object'; readonly fields: Readonly<Record<string, Recipe>> }
  | { readonly is: 'iterable'; readonly async: boolean; readonly chunks: readonly Recipe[] }
  | { readonly is: 'aborted signal' };

const views = {
  Buffer: (memory, at, bytes) => Buffer.from(memory, at, bytes),
  Uint8Array: (memory, at, bytes) => new Uint8Array(memory, at, bytes),
  DataView: (memory, at, bytes) => new DataView(memory, at, bytes),
  Uint16Array: (memory, at, bytes) => new Uint16Array(memory, at, bytes >> 1),
  Float64Array: (memory, at, bytes) => new Float64Array(memory, at, bytes >> 3),
  shared: (_, at, bytes) => new Uint8Array(new SharedArrayBuffer(at + bytes), at, bytes),
} satisfies Record<string, (memory: ArrayBuffer, at: number, bytes: number) => ArrayBufferView>;

type ViewType = keyof typeof views;

function buildView({ type, bytes, at }: Recipe & { is: 'view' }): ArrayBufferView {
  const view = views[type](new ArrayBuffer(at + bytes), at, bytes);
  const memory = new Uint8Array(view.buffer);
  for (let i = 0; i < memory.length; i++) memory[i] = (i * 7 + bytes) % 251;
  return view;
}

async function* asynchronous(chunks: readonly unknown[]): AsyncGenerator {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

export function build(recipe: Recipe): unknown {
  switch (recipe.is) {
    case 'value':
      return recipe.value;
    case 'view':
      return buildView(recipe);
    case 'list':
      return recipe.items.map(build);
    case 'many':
      return Array.from({ length: recipe.count }, () => build(recipe.item));
    case 'object':
      return Object.fromEntries(
        Object.entries(recipe.fields).map(([key, value]) => [key, build(value)]),
      );
    case 'iterable': {
      const chunks = recipe.chunks.map(build);
      return recipe.async ? asynchronous(chunks) : chunks.values();
    }
    case 'aborted signal':
      return AbortSignal.abort('enough');
  }
}

export const value = (...values: unknown[]): fc.Arbitrary<Recipe> =>
  fc.constantFrom(...values).map((one) => ({ is: 'value', value: one }));

/** What is of the wrong type nearly everywhere. */
const odd = value(
  ...[undefined, null, true, false, '', 'a', '3', 5n, -1n, NaN, Infinity, -Infinity],
  ...[-0, -1, 0.5, 2 ** 53 - 1, 2 ** 53, 1e300],
  ...[() => 1, new Date(0), new ArrayBuffer(4), [1], {}],
);

const rarely = (usual: fc.Arbitrary<Recipe>, unusual = odd): fc.Arbitrary<Recipe> =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: unusual });

const bytes = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(1, 2, 8, 64, 100, 512, 4096, 4100) },
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 10_000 }) },
  // From here on submit threads transfer them.
  { weight: 1, arbitrary: fc.constantFrom(0, 65_536, 262_144, 262_145) },
);

export const view: fc.Arbitrary<Recipe> = fc.record({
  is: fc.constant('view' as const),
  type: fc.constantFrom(...(Object.keys(views) as ViewType[])),
  bytes,
  at: fc.constantFrom(0, 0, 8, 24),
});

const fewBytes = fc.oneof(value(undefined, null, 0, 1, 8), fc.nat(64).map(asValue));

function asValue(one: unknown): Recipe {
  return { is: 'value', value: one };
}

export const offset: fc.Arbitrary<Recipe> = rarely(fewBytes);

/** Without fractions and NaN, at which Node itself aborts the process. */
export const length: fc.Arbitrary<Recipe> = rarely(
  fc.oneof(value(undefined, undefined, null, 0, 1), fc.nat(8192).map(asValue)),
  value(-1, -Infinity, Infinity, 2 ** 31, 2 ** 32, 2 ** 53, 1e300),
);

/** Within a small file, or a little beyond its end. */
const inFile = fc.oneof(value(0, 1, 4095, 4096, 8192), fc.nat(20_000).map(asValue));
const descriptors = value(null, undefined, -1);

export const readPosition: fc.Arbitrary<Recipe> = rarely(
  fc.oneof(
    inFile,
    descriptors,
    fc.nat(20_000).map((position) => asValue(BigInt(position))),
    value(
      -2,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32,
      2 ** 40,
      2 ** 53 - 1,
      2n ** 53n,
      2n ** 63n - 1n,
      2n ** 63n,
      2n ** 64n,
      -2n,
    ),
  ),
);

/** Not far beyond the end, but so far that no file system has it: nobody waits for 2^40 zeroes. */
export const writePosition: fc.Arbitrary<Recipe> = rarely(
  fc.oneof(inFile, descriptors, value(-2, 2 ** 53 - 1, 7n, NaN, 0.5)),
  value('0', true, {}, [], 5n, -1n, NaN, Infinity, -0, 0.5, 2 ** 53, 1e300),
);

export const text: fc.Arbitrary<Recipe> = fc
  .oneof(
    fc.constantFrom('', 'a', 'ff', 'fff', 'é€😀', 'Zm9v', '\ud800', 'x'.repeat(5000)),
    fc.string({ maxLength: 40 }),
  )
  .map(asValue);

export const encoding: fc.Arbitrary<Recipe> = rarely(
  value(
    ...[undefined, null, 'utf8', 'utf-8', 'UTF8', 'latin1', 'binary', 'ascii', 'hex', 'base64'],
    ...['base64url', 'utf16le', 'ucs2', 'buffer', 'nonsense', ''],
  ),
);

export const list = (item: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> =>
  rarely(
    fc.oneof(
      {
        weight: 20,
        arbitrary: fc.array(item, { maxLength: 5 }).map((items): Recipe => ({ is: 'list', items })),
      },
      // More than the kernel takes in one operation.
      {
        weight: 1,
        arbitrary: fc.constantFrom(1024, 1025, 1500).map((count): Recipe => ({
          is: 'many',
          item: { is: 'view', type: 'Buffer', bytes: 3, at: 0 },
          count,
        })),
      },
    ),
  );

/** An object with some of the fields. */
export const options = (
  fields: Readonly<Record<string, fc.Arbitrary<Recipe>>>,
): fc.Arbitrary<Recipe> =>
  fc
    .record(fields, { requiredKeys: [] })
    .map((some) => ({ is: 'object', fields: some as Record<string, Recipe> }));

export const signal: fc.Arbitrary<Recipe> = fc.oneof(
  fc.constant<Recipe>({ is: 'aborted signal' }),
  value(undefined, null, 'no signal', {}),
);

export const iterable: fc.Arbitrary<Recipe> = fc.record({
  is: fc.constant('iterable' as const),
  async: fc.boolean(),
  chunks: fc.array(fc.oneof(text, view), { maxLength: 3 }),
});

export const anything: fc.Arbitrary<Recipe> = odd;
