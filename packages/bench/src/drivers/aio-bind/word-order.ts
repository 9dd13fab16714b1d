import { endianness } from 'node:os';

/** Which of the two 32-bit words of a 64-bit field holds its low half. */
export const LOW: 0 | 1 = endianness() === 'LE' ? 0 : 1;

/** Which of them holds its high half. */
export const HIGH: 0 | 1 = endianness() === 'LE' ? 1 : 0;
