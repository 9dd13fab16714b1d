/** What stands before a program's name on the command line: valgrind, or nothing. */
export const runUnder: readonly string[] = process.env.AIO_RUN_UNDER?.split(' ') ?? [];

/** Without what valgrind 3.19 says, even with -q, of operations that it does not know: polls. */
export const withoutWarnings = (stderr: string): string =>
  stderr.replace(/^--\d+-- Warning: unhandled io_(?:submit|getevents) opcode: 5\n/gm, '');
