import { allocAligned } from 'aio-bind';

function isWithoutAddon(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
}

/** Memory of Node's own, zeroed as well; its RangeError says nothing of what is missing, and has no code. */
function allocAnywhere(size: number): Buffer {
  try {
    return Buffer.alloc(size);
  } catch (cause) {
    throw Object.assign(new RangeError(`cannot allocate ${size} bytes of memory`, { cause }), {
      code: 'ERR_MEMORY_ALLOCATION_FAILED',
    });
  }
}

/**
 * Allocates zeroed memory at an address that is a multiple of `alignment`, as direct I/O
 * (`O_DIRECT`) needs. It is freed when the last view of it has been collected. With some processors the kernel also
 * copies twice as fast to memory that begins with a page as to what begins 8 or 16 bytes behind it.
 *
 * Where there is no addon (see {@link probe}) it is memory of Node's own at whatever address: the same code runs there, as
 * a file that was opened with `direct: true` is read and written through the page cache, which takes any memory.
 *
 * @param size - in bytes, 0 to `buffer.constants.MAX_LENGTH`
 * @param alignment - in bytes: a power of two from 8 to 2^30; 4096, which suits every common device, unless given
 * @throws ERR_MEMORY_ALLOCATION_FAILED - there is not that much memory
 * @see open(2), section O_DIRECT
 */
export function alignedBuffer(size: number, alignment?: number): Buffer {
  try {
    return allocAligned(size, alignment);
  } catch (error) {
    // It judges its arguments before it turns to the addon, so that they are in order here.
    if (!isWithoutAddon(error)) throw error;
    return allocAnywhere(size);
  }
}
