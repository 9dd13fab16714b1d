/** What stands before a program's name on the command line: valgrind, or nothing. */
export const runUnder: readonly string[] = process.env.AIO_RUN_UNDER?.split(' ') ?? [];

/**
 * Without what valgrind 3.19 says, even with -q, of operations that it does not know, and what sanitizers
 * say where they refuse a size that malloc(3) would refuse as well.
 */
export const withoutWarnings = (stderr: string): string =>
  stderr
    .replace(/^--\d+-- Warning: unhandled io_(?:submit|getevents) opcode: \d+\n/gm, '')
    .replace(/^==\d+==WARNING: \w+ failed to allocate 0x[0-9a-f]+ bytes\n/gm, '');
