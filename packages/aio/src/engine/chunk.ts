// How much is submitted between two looks at the clock.

/** Some 100 us of copying. */
export const CHUNK_BYTES: number = 1 << 19;
export const CHUNK_OPERATIONS = 128;
/**
 * The same for what a device does: the kernel gives it nothing of a submission before all of it is prepared
 * (blk_start_plug() in fs/aio.c), and it would be idle for that long.
 */
export const CHUNK_FOR_DEVICE = 8;
/** Of no more than these it is given each when that is prepared (AIO_PLUG_THRESHOLD in fs/aio.c). */
export const UNPLUGGED = 2;
