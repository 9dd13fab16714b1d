import { constants } from 'node:os';

/** What came of one of Node's own reads, writes or syncs: bytes, or -errno. */
export async function transferred(result: unknown): Promise<number> {
  try {
    const done = (await result) as Record<string, number | undefined> | undefined;
    if (done === undefined) return 0;
    const { bytesRead, bytesWritten } = done;
    return bytesRead ?? bytesWritten ?? -constants.errno.EIO;
  } catch (error) {
    // What Node refuses before the kernel sees it may have a code alone (EBADF), or one of Node's.
    const { errno, code = '' } = error as NodeJS.ErrnoException;
    if (errno !== undefined && errno < 0) return errno;
    const numbers: Readonly<Record<string, number>> = constants.errno;
    return -(numbers[code] ?? constants.errno.EINVAL);
  }
}
