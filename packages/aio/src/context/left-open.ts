import type { EventWatcher } from 'aio-bind';
import type { KernelContext } from './kernel-context.js';

interface Remains {
  readonly kernel: KernelContext;
  readonly watcher: EventWatcher;
}

/**
 * Ends contexts that were forgotten, as their share of aio-max-nr would be missing until the thread ends.
 * What is in flight keeps its context, so such a one has nothing in flight.
 */
export const leftOpen: FinalizationRegistry<Remains> = new FinalizationRegistry<Remains>(
  ({ kernel, watcher }) => {
    process.emitWarning(
      'An AioContext was collected as garbage before it was closed. Close it: until then it kept its ' +
        'share of aio-max-nr from others',
      { type: 'AioWarning', code: 'AIO_CONTEXT_LEFT_OPEN' },
    );
    watcher.close();
    void kernel.destroyIdle();
  },
);
