import { native } from './native.js';

/** Byte offsets of a struct's fields, and its size in bytes. */
export type StructLayout<Field extends string> = Readonly<Record<Field | 'size', number>>;

/** Where the fields of the kernel's structs are (linux/aio_abi.h, linux/stat.h). */
export interface Layout {
  readonly iocb: StructLayout<
    | 'aio_data'
    | 'aio_key'
    | 'aio_rw_flags'
    | 'aio_lio_opcode'
    | 'aio_reqprio'
    | 'aio_fildes'
    | 'aio_buf'
    | 'aio_nbytes'
    | 'aio_offset'
    | 'aio_reserved2'
    | 'aio_flags'
    | 'aio_resfd'
  >;
  readonly io_event: StructLayout<'data' | 'obj' | 'res' | 'res2'>;
  readonly iovec: StructLayout<'iov_base' | 'iov_len'>;
  readonly timespec: StructLayout<'tv_sec' | 'tv_nsec'>;
  readonly aio_ring: StructLayout<
    | 'id'
    | 'nr'
    | 'head'
    | 'tail'
    | 'magic'
    | 'compat_features'
    | 'incompat_features'
    | 'header_length'
  >;
  readonly statx_timestamp: StructLayout<'tv_sec' | 'tv_nsec'>;
  readonly statx: StructLayout<
    | 'stx_mask'
    | 'stx_blksize'
    | 'stx_attributes'
    | 'stx_nlink'
    | 'stx_uid'
    | 'stx_gid'
    | 'stx_mode'
    | 'stx_ino'
    | 'stx_size'
    | 'stx_blocks'
    | 'stx_attributes_mask'
    | 'stx_atime'
    | 'stx_btime'
    | 'stx_ctime'
    | 'stx_mtime'
    | 'stx_rdev_major'
    | 'stx_rdev_minor'
    | 'stx_dev_major'
    | 'stx_dev_minor'
    | 'stx_mnt_id'
    | 'stx_dio_mem_align'
    | 'stx_dio_offset_align'
    | 'stx_subvol'
    | 'stx_atomic_write_unit_min'
    | 'stx_atomic_write_unit_max'
    | 'stx_atomic_write_segments_max'
    | 'stx_dio_read_offset_align'
    | 'stx_atomic_write_unit_max_opt'
  >;
}

/**
 * The compiler's own offsets and sizes, in bytes, for those who fill iocbs through the typed arrays
 * of an {@link IocbSlab}: the word of `aio_fildes` of slot 3 is
 * `slab.u32[(3 * layout.iocb.size + layout.iocb.aio_fildes) / 4]`.
 */
export const layout: Layout = native.layout;
