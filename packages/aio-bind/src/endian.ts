import { endianness } from 'node:os';

/** How this machine stores the structs that it shares with its kernel. */
export const LITTLE_ENDIAN: boolean = endianness() === 'LE';
