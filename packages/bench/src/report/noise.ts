import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { formatNumber } from './format.js';

/** What else the machine did while it measured. */
export interface Noise {
  /** Processes that ran or wanted to in the minute before the start (getloadavg(3)). */
  readonly loadBefore: number;
  /** The share of all CPU time that the hypervisor gave to others (proc_stat(5)); 0 to 1. */
  readonly stolen: number;
}

/** More than this share of the cores, and there is not one to spare for each process that is measured. */
const BUSY = 0.5;

/** That the machine had other things to do when it began; undefined where it had few. */
export function busyLine(
  { loadBefore }: Pick<Noise, 'loadBefore'>,
  { cores }: { readonly cores: number },
): string | undefined {
  if (loadBefore <= cores * BUSY) return undefined;
  return `the machine was busy: a load average of ${formatNumber(loadBefore, 2)} on ${cores} cores before the start, so figures may be others' doing`;
}

/** user nice system idle iowait irq softirq steal; what follows is counted in user and nice. */
const COUNTED = 8;
const STEAL = 7;

interface CpuTime {
  readonly all: number;
  readonly stolen: number;
}

function cpuTime(): CpuTime {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = line.trim().split(/\s+/).slice(1).map(Number).slice(0, COUNTED);
  return { all: ticks.reduce((sum, it) => sum + it, 0), stolen: ticks[STEAL] ?? 0 };
}

/** Listens to the machine from now on. */
export class NoiseMeter {
  readonly #loadBefore = loadavg()[0] ?? 0;
  readonly #start = cpuTime();

  get noise(): Noise {
    const now = cpuTime();
    const all = now.all - this.#start.all;
    return {
      loadBefore: this.#loadBefore,
      stolen: all === 0 ? 0 : (now.stolen - this.#start.stolen) / all,
    };
  }
}
