import { OpenFile } from '../engine/open-file.js';

/**
 * The direct writes of a file, counted apart from its reads: a barrier of their own, but the same
 * descriptor, which stays open for them.
 */
export class DirectWrites extends OpenFile {
  readonly #whole: OpenFile;

  constructor(whole: OpenFile) {
    super(whole);
    this.#whole = whole;
  }

  override begin(): void {
    this.#whole.begin();
  }

  override end(): void {
    this.#whole.end();
  }
}
