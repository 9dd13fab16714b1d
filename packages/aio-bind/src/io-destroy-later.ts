import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { resultOf } from './errno.js';
import { native } from './native.js';

/**
 * {@link io_destroy} for a context that has nothing in flight, on a thread of Node's pool: so the event loop
 * does not wait for the kernel's grace period of some 30 ms. From the call on the context is not known here any
 * more; its share of aio-max-nr is free when the promise resolves. Each call takes one of the pool's threads (four,
 * unless UV_THREADPOOL_SIZE says otherwise) for that long, so destroy many one after another.
 *
 * @throws (by rejection) EBUSY - something is in flight, or its event has not been collected: nothing has
 * been done
 * @throws (by rejection) EINVAL - the context is not set up here
 * @see io_destroy(2)
 */
export async function io_destroy_later(ctx: aio_context_t): Promise<void> {
  const result = await new Promise<number>((resolve) => {
    const refusal = native.ioDestroyLater(contextSerial(ctx), resolve);
    if (refusal !== 0) resolve(refusal);
  });
  resultOf(result, 'io_destroy');
}
