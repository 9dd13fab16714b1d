// What a call came to, in a form that can be compared between two handles.
import type { Call } from './random-call.js';
import { build } from './random-value.js';

export type Outcome =
  { readonly resolved: unknown } | { readonly rejected: unknown } | { readonly threw: unknown };

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('latin1');
}

/** Own properties only: some versions of Node give their results no prototype. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return { view: value.constructor.name, bytes: bytesOf(value) };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('ino' in value && 'size' in value) return { stats: value.constructor.name, size: value.size };
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return plain(error);
  const { name, message, cause } = error;
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  const kind = [TypeError, RangeError].find((Kind) => error instanceof Kind)?.name;
  return { kind, name, message, code, errno, syscall, cause };
}

/** Which arguments a result has taken over as they are: `buffer` and `buffers`, that is. */
function sameAs(result: unknown, args: readonly unknown[]): readonly string[] {
  if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result)) return [];
  const known = args.flatMap((arg): unknown[] =>
    ArrayBuffer.isView(arg) || typeof arg !== 'object' || arg === null
      ? [arg]
      : [arg, ...(Object.values(arg) as unknown[])],
  );
  return Object.entries(result).flatMap(([key, field]) =>
    typeof field === 'object' ? [`${key} is ${known.indexOf(field)}`] : [],
  );
}

/** Makes a call, with arguments of its own. */
export async function outcomeOf(handle: object, { method, args }: Call): Promise<Outcome> {
  const given = args.map(build);
  let promise: unknown;
  try {
    const methods = handle as Record<string, (...args: unknown[]) => unknown>;
    promise = methods[method]?.(...given);
  } catch (error) {
    return { threw: plainError(error) };
  }
  if (!(promise instanceof Promise)) return { resolved: ['not a promise', promise] };
  try {
    const result: unknown = await promise;
    return { resolved: [plain(result), sameAs(result, given), plain(given)] };
  } catch (error) {
    return { rejected: plainError(error) };
  }
}

export async function openingOutcome<T>(
  opening: () => Promise<T>,
): Promise<{ readonly handle: T } | { readonly rejected: unknown }> {
  try {
    return { handle: await opening() };
  } catch (error) {
    return { rejected: plainError(error) };
  }
}
