/** How often something is repeated: briefly by default, in full with AIO_TEST_FULL=1. */
export function rounds(full: number, brief: number): number {
  return process.env.AIO_TEST_FULL === '1' ? full : brief;
}
