/** Ranges that are being carried out. */
export interface Ongoing {
  start(): void;
  /** Nobody waits any more. */
  abandon(): void;
}
