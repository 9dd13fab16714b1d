// The same call of Node's function and of ours, and what came of each.
import { expect } from 'vitest';

interface Result {
  readonly value?: unknown;
  readonly error?: unknown;
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const { code, errno, syscall, path } = error as NodeJS.ErrnoException;
  return { name, message, code, errno, syscall, path };
}

async function resultOf(call: () => Promise<unknown>): Promise<Result> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error: describeError(error) };
  }
}

/** Makes a call with either, each time with arguments of its own, and expects the same of both. */
export async function expectSame<F>(
  node: F,
  ours: F,
  call: (f: F) => Promise<unknown>,
): Promise<Result> {
  const [theirs, mine] = [await resultOf(() => call(node)), await resultOf(() => call(ours))];
  const bothBuffers = Buffer.isBuffer(mine.value) && Buffer.isBuffer(theirs.value);
  // Compared byte by byte, millions take the matcher half a minute.
  if (bothBuffers && mine.value.equals(theirs.value)) return mine;
  expect(mine).toEqual(theirs);
  return mine;
}
