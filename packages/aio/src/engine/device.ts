/** Kinds of operation that file systems treat alike. */
export const BUFFERED_READ = 1;
export const BUFFERED_WRITE = 2;
export const DIRECT_READ = 4;
export const DIRECT_WRITE = 8;

/** What a file system has been found always to refuse, so that it is not asked again. */
export class Device {
  /** As `stat` gives it. */
  readonly dev: number;
  /** Kinds of operation that it does not know RWF_NOWAIT for. */
  refusesNowait = 0;
  /**
   * Kinds of operation that went on after io_submit(2) had returned, though they are buffered and were
   * told not to wait: these need an eventfd to say when they end.
   */
  completesLate = 0;
  /** Kinds of operation that were seen to have ended when io_submit(2) returned. */
  endsInLine = 0;

  constructor(dev: number) {
    this.dev = dev;
  }

  /** Whether all of a kind have been seen to end in line: where one went on, preadv2(2) would wait. */
  isKnownToEndInLine(kind: number): boolean {
    return (this.endsInLine & ~this.completesLate & kind) !== 0;
  }
}

const devices = new Map<number, Device>();

/** @param dev - as `stat` gives it */
export function deviceOf(dev: number): Device {
  let device = devices.get(dev);
  if (device === undefined) {
    device = new Device(dev);
    devices.set(dev, device);
  }
  return device;
}
