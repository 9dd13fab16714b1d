/** Time that passed and CPU time that this process used (getrusage(2)), all in seconds. */
export interface Elapsed {
  readonly seconds: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
}

/** Measures this process, except while it is paused. */
export class Stopwatch {
  #seconds = 0;
  #user = 0;
  #system = 0;
  #startedAt = 0;
  #startedUsage = process.resourceUsage();

  start(): void {
    this.#startedUsage = process.resourceUsage();
    this.#startedAt = performance.now();
  }

  pause(): void {
    const now = performance.now();
    const usage = process.resourceUsage();
    this.#seconds += (now - this.#startedAt) / 1e3;
    this.#user += (usage.userCPUTime - this.#startedUsage.userCPUTime) / 1e6;
    this.#system += (usage.systemCPUTime - this.#startedUsage.systemCPUTime) / 1e6;
  }

  get elapsed(): Elapsed {
    return { seconds: this.#seconds, userSeconds: this.#user, systemSeconds: this.#system };
  }
}
