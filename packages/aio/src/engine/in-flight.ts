/** How much the kernel and the threads have. */
export class InFlight {
  count = 0;
  /** Of it, what should have ended when io_submit returned, and no eventfd speaks for. */
  inLine = 0;
  /** The same for what the threads submit; these signal when they have. */
  inThreads = 0;
}
