import type { AioOperation } from '../operations/operation.js';

/** What {@link AioContext.submit} throws: the kernel's error, or what is wrong with the operations. */
export interface SubmitError extends NodeJS.ErrnoException {
  /** How many operations have been submitted, from the first on; these are in flight. */
  readonly submitted: number;
  /** The first that has not. */
  readonly operation: AioOperation | undefined;
}

export function submitError(
  error: unknown,
  submitted: number,
  operation: AioOperation | undefined,
): SubmitError {
  return Object.assign(error as NodeJS.ErrnoException, { submitted, operation });
}
