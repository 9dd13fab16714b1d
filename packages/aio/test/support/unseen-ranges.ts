import * as bind from 'aio-bind';

/** io_submit_ranges where the kernel still is at all of them when it returns. */
export function submitUnseen(
  actual: typeof bind,
  ...[ctx, nr, slab, ranges, command]: Parameters<typeof bind.io_submit_ranges>
): number {
  const { aio_lio_opcode, aio_rw_flags, tag } = command;
  for (let i = 0; i < nr; i++) {
    const slot = ranges.slot[i]!;
    const iocb = new bind.Iocb(slab, slot);
    iocb.aio_data = (BigInt(tag) << 32n) | BigInt(slot);
    Object.assign(iocb, { aio_lio_opcode, aio_rw_flags });
    iocb.aio_fildes = ranges.aio_fildes[i]!;
    iocb.aio_buf = ranges.aio_buf[i]!;
    iocb.aio_nbytes = ranges.aio_nbytes[i]!;
    iocb.aio_offset = ranges.aio_offset[i]!;
  }
  ranges.res.fill(bind.IoRangeArray.PENDING);
  return actual.io_submit(ctx, nr, slab, ranges.slot);
}
