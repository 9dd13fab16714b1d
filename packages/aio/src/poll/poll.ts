import { constants } from 'node:os';
import { claimStack } from '../engine/claim-stack.js';
import type { Patience } from '../engine/give-up.js';
import type { AioFile } from '../operations/operation-state.js';
import { PollOperation } from '../operations/poll-operation.js';
import { pollContexts } from './poll-contexts.js';

const { EINVAL } = constants.errno;

/** The kernel says EINVAL and no more. */
function explained(error: unknown): unknown {
  if (error instanceof Error && (error as NodeJS.ErrnoException).errno === -EINVAL) {
    error.message +=
      '; the kernel cannot poll this descriptor by AIO: it has no poll, or several queues to wait in, as a ' +
      'FIFO that was opened for both reading and writing, and most terminals';
  }
  return error;
}

/**
 * Waits until a descriptor is ready: a pipe, a socket, an eventfd, a timerfd. Nobody else waits behind it,
 * however long it takes.
 *
 * It holds the process open while it waits. Where `signal` is aborted, or `timeout` milliseconds have passed,
 * the kernel cancels it, and it rejects with an AbortError, as Node's own.
 *
 * @param file - a FileHandle, or a descriptor, which must stay open until the promise settles
 * @param mask - POLL* bits, or-ed; POLLERR and POLLHUP are reported though nobody asked
 * @returns what it is ready for: POLL* bits, or-ed; bits that nobody asked for may be among them
 *   (POLLRDNORM with POLLIN), so test it with `&`
 * @throws EBADF - the descriptor is not open
 * @throws EINVAL - the kernel cannot poll it by AIO; or it is older than Linux 4.19
 * @throws EAGAIN - so many polls wait already that the machine's aio-max-nr is used up
 * @see poll(2)
 */
export async function poll(file: AioFile, mask: number, patience: Patience = {}): Promise<number> {
  claimStack();
  const operation = new PollOperation({ file, mask });
  const place = pollContexts.enter();
  try {
    const { result } = await place.context.run(operation, patience);
    return result;
  } catch (error) {
    throw explained(error);
  } finally {
    pollContexts.leave(place);
  }
}
