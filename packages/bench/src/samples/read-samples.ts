import { readFileSync } from 'node:fs';
import { UsageError } from '../options/usage-error.js';
import { SCHEMA, type Samples } from './samples.js';
import { wrongInSamples } from './samples-schema.js';

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(
      `${path} cannot be read (${(cause as NodeJS.ErrnoException).code}): 'bench --full' or '--json' write such files`,
      { cause },
    );
  }
}

function parse(path: string): unknown {
  try {
    return JSON.parse(contentOf(path));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${path} holds no JSON: ${(cause as Error).message}`, { cause });
  }
}

function schemaOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'schema' in value
    ? value.schema
    : undefined;
}

/** Reads what `--json` wrote. Throws a UsageError for everything else, older files included. */
export function readSamples(path: string): Samples {
  const value = parse(path);
  const schema = schemaOf(value);
  if (schema === undefined) {
    throw new UsageError(
      `${path} has no "schema": it is no file of samples, or older than those; measure again`,
    );
  }
  if (schema !== SCHEMA) {
    const text = JSON.stringify(schema);
    const advice =
      typeof schema === 'number' && schema > SCHEMA
        ? 'read it with the newer bench that wrote it'
        : 'measure again, or read it with the bench that wrote it';
    throw new UsageError(`${path} has schema ${text}, and this bench reads ${SCHEMA}: ${advice}`);
  }
  const wrong = wrongInSamples(value);
  if (wrong !== undefined) throw new UsageError(`${path} is not what a run writes: ${wrong}`);
  return value as Samples;
}
