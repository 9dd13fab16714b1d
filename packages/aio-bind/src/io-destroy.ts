import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { resultOf } from './errno.js';
import { native } from './native.js';

/**
 * Destroys a context, after waiting for everything that it has in flight (`io_destroy`, Linux 2.5).
 *
 * It blocks: for some 30 ms when idle, since the kernel waits for a grace period, and for as long as
 * reads and writes in flight take. Polls in flight are cancelled. Events that were not collected are
 * lost, and so is what submit threads had queued for the context. The variable keeps its value, and
 * every later use of it gives EINVAL.
 *
 * Submit threads that wait for something within this context are interrupted by SIGURG: a program that listens for
 * that signal (`process.on`) is called for these, too.
 *
 * @throws EINVAL - the context is not set up here
 * @see io_destroy(2)
 */
export function io_destroy(ctx: aio_context_t): void {
  resultOf(native.ioDestroy(contextSerial(ctx)), 'io_destroy');
}
