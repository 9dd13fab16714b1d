// What each kind of operation is to the kernel, and what becomes of its result.
import {
  IOCB_CMD_FDSYNC,
  IOCB_CMD_FSYNC,
  IOCB_CMD_PREAD,
  IOCB_CMD_PREADV,
  IOCB_CMD_PWRITE,
  IOCB_CMD_PWRITEV,
} from 'aio-bind';
import { BUFFERED_READ, BUFFERED_WRITE, DIRECT_READ, DIRECT_WRITE } from './device.js';
import type { NodeMethods } from './open-file.js';
import type { Command, Operation } from './operation.js';

const reading = { buffered: BUFFERED_READ, direct: DIRECT_READ, reads: true, syscall: 'read' };
const writing = { buffered: BUFFERED_WRITE, direct: DIRECT_WRITE, reads: false, syscall: 'write' };
const syncing = { buffered: 0, direct: 0, reads: false };

function nodeMethods({ file }: Operation): NodeMethods {
  if (file === null) throw new TypeError('an operation without a file');
  return file.node;
}

function viewsOf({ vectors }: Operation): readonly ArrayBufferView[] {
  return vectors?.whole ?? [];
}

function beginningOf({ offset, done }: Operation): number {
  return offset - done;
}

export const READ: Command = {
  ...reading,
  opcode: IOCB_CMD_PREAD,
  result: ({ memory }, bytesRead) => ({ bytesRead, buffer: memory }),
  byNode: (operation) => {
    const { memory, viewOffset, bytes } = operation;
    const position = beginningOf(operation);
    return nodeMethods(operation).read(memory as ArrayBufferView, viewOffset, bytes, position);
  },
};

export const WRITE: Command = {
  ...writing,
  opcode: IOCB_CMD_PWRITE,
  result: ({ memory }, bytesWritten) => ({ bytesWritten, buffer: memory }),
  byNode: (operation) => {
    const { memory, viewOffset, bytes } = operation;
    const position = beginningOf(operation);
    return nodeMethods(operation).write(memory as ArrayBufferView, viewOffset, bytes, position);
  },
};

export const READV: Command = {
  ...reading,
  opcode: IOCB_CMD_PREADV,
  result: ({ memory }, bytesRead) => ({ bytesRead, buffers: memory }),
  byNode: async (operation) => {
    const { memory } = operation;
    const position = beginningOf(operation);
    return {
      ...(await nodeMethods(operation).readv(viewsOf(operation), position)),
      buffers: memory,
    };
  },
};

export const WRITEV: Command = {
  ...writing,
  opcode: IOCB_CMD_PWRITEV,
  result: ({ memory }, bytesWritten) => ({ bytesWritten, buffers: memory }),
  byNode: async (operation) => {
    const { memory } = operation;
    const position = beginningOf(operation);
    return {
      ...(await nodeMethods(operation).writev(viewsOf(operation), position)),
      buffers: memory,
    };
  },
};

export const FSYNC: Command = {
  ...syncing,
  syscall: 'fsync',
  opcode: IOCB_CMD_FSYNC,
  result: () => undefined,
  byNode: (operation) => nodeMethods(operation).sync(),
};

export const FDSYNC: Command = {
  ...syncing,
  syscall: 'fdatasync',
  opcode: IOCB_CMD_FDSYNC,
  result: () => undefined,
  byNode: (operation) => nodeMethods(operation).datasync(),
};
