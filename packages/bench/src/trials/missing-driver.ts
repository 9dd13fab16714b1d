/** What a driver drives is not installed here; the message says how to get it. */
export class MissingDriver extends Error {
  override readonly name = 'MissingDriver';
}
