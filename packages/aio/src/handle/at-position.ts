// A read or write goes where it was told to; told nothing, where the descriptor's own position is.
import { bytesOf } from '../engine/addresses.js';
import { claimStack } from '../engine/claim-stack.js';
import { READ, READV, WRITE, WRITEV } from '../engine/commands.js';
import { type Patience, isPatient } from '../engine/give-up.js';
import type { Transfer } from './arguments.js';
import type { Served } from './served.js';
import { startReadOn, startTransfer, startVectored, totalBytes } from './transfers.js';

const read = ({ bytesRead }: Read): number => bytesRead;
const written = (result: Written | null): number => result?.bytesWritten ?? 0;

interface Read {
  readonly bytesRead: number;
}

interface Written {
  readonly bytesWritten: number;
}

/** What is left of its patience when its turn has come. */
function within(wanted: Transfer, { signal, timeout }: Patience): Transfer {
  return isPatient(wanted) ? wanted : { ...wanted, signal, timeout };
}

export function readAtPosition({ engine, file }: Served, wanted: Transfer): Promise<Read> {
  const { position } = wanted;
  if (position !== null) return startTransfer(engine, file, READ, wanted, position);
  return (
    startReadOn<Read>(engine, file, wanted) ??
    file.position.read(
      (at, left) => startTransfer<Read>(engine, file, READ, within(wanted, left), at),
      read,
      wanted,
    )
  );
}

export function writeAtPosition({ engine, file }: Served, wanted: Transfer): Promise<Written> {
  const { position } = wanted;
  if (position !== null) return startTransfer(engine, file, WRITE, wanted, position);
  return file.position.write(
    wanted.length,
    (at, left, epoch) =>
      startTransfer<Written>(engine, file, WRITE, within(wanted, left), at, epoch),
    written,
    wanted,
  );
}

export function readvAtPosition(
  { engine, file }: Served,
  views: readonly ArrayBufferView[],
  position: number | null,
  patience: Patience,
): Promise<Read> {
  // The caller may change its array before the kernel has seen all of it, or have the memory grow or go.
  const pieces = Array.from(views, bytesOf);
  const bytes = totalBytes(pieces);
  if (position !== null)
    return startVectored(engine, file, READV, views, pieces, bytes, position, patience);
  return file.position.read(
    (at, left) => startVectored<Read>(engine, file, READV, views, pieces, bytes, at, left),
    read,
    patience,
  );
}

export function writevAtPosition(
  { engine, file }: Served,
  views: readonly ArrayBufferView[],
  position: number | null,
  patience: Patience,
): Promise<Written> {
  const pieces = Array.from(views, bytesOf);
  const bytes = totalBytes(pieces);
  if (position !== null)
    return startVectored(engine, file, WRITEV, views, pieces, bytes, position, patience);
  return file.position.write(
    bytes,
    (at, left, epoch) =>
      startVectored<Written>(engine, file, WRITEV, views, pieces, bytes, at, left, epoch),
    written,
    patience,
  );
}

/** A string is written as bytes, and comes back as the string that it was. */
export async function writeTextAtPosition(
  served: Served,
  text: string,
  position: number | null,
): Promise<Written & { readonly buffer: string }> {
  claimStack();
  const view = Buffer.from(text);
  const wanted = { view, offset: 0, length: view.length, position };
  const { bytesWritten } = await writeAtPosition(served, wanted);
  return { bytesWritten, buffer: text };
}
