/** The user asked for something that the bench does not have; the message is one clear line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
