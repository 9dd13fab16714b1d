import { io_submit, type IocbSlab, type aio_context_t } from 'aio-bind';

/** Submits the first `count` of `slots`: one system call, but where the kernel takes only some. */
export function submitAll(
  context: aio_context_t,
  count: number,
  slab: IocbSlab,
  slots: Uint32Array,
): void {
  let accepted = io_submit(context, count, slab, slots);
  while (accepted < count) {
    const rest = slots.subarray(accepted, count);
    accepted += io_submit(context, rest.length, slab, rest);
  }
}
