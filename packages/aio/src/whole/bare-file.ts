// A descriptor that no FileHandle stands for, as the engine takes it.
import fs from 'node:fs';
import { type Device } from '../engine/device.js';
import { type NodeMethods, OpenFile } from '../engine/open-file.js';

/** A promise for what Node calls back with. */
function called<T>(
  call: (callback: (error: Error | null, count: number) => void) => void,
  result: (count: number) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, count) => {
      if (error === null) resolve(result(count));
      else reject(error);
    });
  });
}

function nodeMethods(fd: number): NodeMethods {
  return {
    read: (buffer, offset, length, position) =>
      called(
        (done) => {
          fs.read(fd, buffer as NodeJS.ArrayBufferView, offset, length, position, done);
        },
        (bytesRead) => ({ bytesRead, buffer }),
      ),
    write: (buffer, offset, length, position) =>
      called(
        (done) => {
          fs.write(fd, buffer as NodeJS.ArrayBufferView, offset, length, position, done);
        },
        (bytesWritten) => ({ bytesWritten, buffer }),
      ),
    readv: (buffers, position) =>
      called(
        (done) => {
          fs.readv(fd, buffers as NodeJS.ArrayBufferView[], position, done);
        },
        (bytesRead) => ({ bytesRead, buffers }),
      ),
    writev: (buffers, position) =>
      called(
        (done) => {
          fs.writev(fd, buffers as NodeJS.ArrayBufferView[], position, done);
        },
        (bytesWritten) => ({ bytesWritten, buffers }),
      ),
    sync: () =>
      called(
        (done) => {
          fs.fsync(fd, (error) => {
            done(error, 0);
          });
        },
        () => undefined,
      ),
    datasync: () =>
      called(
        (done) => {
          fs.fdatasync(fd, (error) => {
            done(error, 0);
          });
        },
        () => undefined,
      ),
  };
}

interface BareFile {
  readonly fd: number;
  readonly device: Device;
  readonly direct: boolean;
  readonly append: boolean;
  readonly regular: boolean;
}

export function bareFile(properties: BareFile): OpenFile {
  return new OpenFile({ ...properties, node: nodeMethods(properties.fd) });
}
