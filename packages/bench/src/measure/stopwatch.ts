import { countThreads } from './threads.js';

/** What passed and was used while the watch ran; see {@link Sample}. */
export interface Elapsed {
  readonly seconds: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly contextSwitches: number;
}

/** Measures this process, except while it is paused. */
export class Stopwatch {
  #seconds = 0;
  #user = 0;
  #system = 0;
  #switches = 0;
  #startedAt = 0;
  #startedUsage = process.resourceUsage();

  start(): void {
    this.#startedUsage = process.resourceUsage();
    this.#startedAt = performance.now();
  }

  pause(): void {
    const now = performance.now();
    const usage = process.resourceUsage();
    const before = this.#startedUsage;
    this.#seconds += (now - this.#startedAt) / 1e3;
    this.#user += (usage.userCPUTime - before.userCPUTime) / 1e6;
    this.#system += (usage.systemCPUTime - before.systemCPUTime) / 1e6;
    this.#switches +=
      usage.voluntaryContextSwitches -
      before.voluntaryContextSwitches +
      usage.involuntaryContextSwitches -
      before.involuntaryContextSwitches;
  }

  get elapsed(): Elapsed {
    return {
      seconds: this.#seconds,
      userSeconds: this.#user,
      systemSeconds: this.#system,
      contextSwitches: this.#switches,
    };
  }
}

/** What the process holds now. */
export function held(): { readonly threads: number; readonly residentBytes: number } {
  return { threads: countThreads(), residentBytes: process.memoryUsage.rss() };
}
