import { close, closeSync, constants, open } from 'node:fs';
import { promisify } from 'node:util';
import type { OpenFile } from '../engine/open-file.js';
import { bareFile } from '../whole/bare-file.js';

const openAny = promisify(open);

/** What the second has of the first's flags: not what creates, truncates, or must not be there yet. */
const { O_APPEND, O_DSYNC, O_NOATIME, O_RDWR, O_SYNC, O_WRONLY } = constants;
const KEPT = O_RDWR | O_WRONLY | O_APPEND | O_DSYNC | O_SYNC | O_NOATIME;

function explained(cause: NodeJS.ErrnoException): Error {
  const { message, errno, code, syscall, path } = cause;
  const why =
    'to append, or to write what is not aligned, takes a second descriptor without O_DIRECT';
  return Object.assign(new Error(`${message} (${why})`, { cause }), { errno, code, syscall, path });
}

/** Descriptors of handles that were forgotten, or transferred to another thread. */
const forgotten = new FinalizationRegistry<number>((fd) => {
  closeSync(fd);
});

/**
 * A second descriptor of a file that is open for direct I/O, without O_DIRECT: for writes that are not
 * aligned. It is opened when the first of them comes.
 *
 * The alternative, to read the blocks that such a write touches, change and write them, is not safe: two
 * writes into one block undo each other, and what is written behind the end of the file has to be cut off
 * again, which cuts off what others have appended. The page cache does all of this under the inode's lock;
 * and the kernel writes back and invalidates what a direct transfer finds of its range there.
 */
export class BufferedDescriptor {
  /** Of the first one. */
  readonly #flags: number;
  #opening: Promise<OpenFile> | null = null;
  /** Null until it is open. */
  file: OpenFile | null = null;

  constructor(flags: number) {
    this.#flags = flags;
  }

  /**
   * @param whole - the file as it is open for direct I/O
   * @throws EACCES - the file's permissions have no more room for it: they are asked once more
   */
  async open(whole: OpenFile): Promise<OpenFile> {
    try {
      return await (this.#opening ??= this.#open(whole));
    } catch (error) {
      // Tried again by the next write: there may have been too many open files.
      this.#opening = null;
      throw explained(error as NodeJS.ErrnoException);
    }
  }

  /** Closes it, if it is open, when nothing is under way there. */
  async close(): Promise<void> {
    const { file } = this;
    if (file === null) return;
    this.file = this.#opening = null;
    await new Promise<void>((resolve) => {
      file.whenIdle(resolve);
    });
    forgotten.unregister(file);
    await promisify(close)(file.fd);
  }

  async #open({ fd, device, append }: OpenFile): Promise<OpenFile> {
    const second = await openAny(`/proc/self/fd/${fd}`, this.#flags & KEPT);
    this.file = bareFile({ fd: second, device, direct: false, append, regular: true });
    forgotten.register(this.file, second, this.file);
    return this.file;
  }
}
