import { lstatSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

const NO_ROOM_BESIDE = ['EACCES', 'EPERM', 'EROFS', 'EBUSY'];

/** Pipes, devices, and links to nothing have nothing that could be lost. */
function isPlain(path: string): boolean {
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return !isThere || statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Writes a file whole or not at all: until the new one is on the device, the one before it stays as it is. */
export function replaceFile(path: string, content: string): void {
  if (!isPlain(path)) {
    writeFileSync(path, content);
    return;
  }
  const found = statSync(path, { throwIfNoEntry: false });
  // What a link leads to is replaced, not the link.
  const target = found === undefined ? path : realpathSync(path);
  const temporary = `${target}.${process.pid}.new`;
  try {
    writeFileSync(temporary, content, { flag: 'wx', flush: true, mode: found?.mode ?? 0o666 });
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    const { code = '' } = error as NodeJS.ErrnoException;
    if (found === undefined || !NO_ROOM_BESIDE.includes(code)) throw error;
    // Only the file itself may be written to.
    writeFileSync(target, content);
  }
}
