import { figure, milliseconds, type Metric } from '../report/metric.js';

/** The loop's own clock has whole milliseconds: who is later by less may have been as punctual. */
const BY_THE_LOOPS_CLOCK = { resolution: 1 };

const PERCENTILES = { p50: 'p50', p99: 'p99', p999: 'p99.9', max: 'max' } as const;

export function timerLate(key: keyof typeof PERCENTILES): Metric {
  const title = `1 ms timer late\n${PERCENTILES[key]} ms`;
  return milliseconds('timer', key, title, BY_THE_LOOPS_CLOCK);
}

/** By Node's own monitorEventLoopDelay. */
export const loopDelays: readonly Metric[] = [
  figure('loopDelayP999Ms', 'loop delay\np99.9 ms', BY_THE_LOOPS_CLOCK),
  figure('loopDelayMaxMs', 'loop delay\nmax ms', BY_THE_LOOPS_CLOCK),
];

/** How to read them. */
export const LOOP_NOTES: readonly string[] = [
  'what the loop feels is what one would wait who asks each millisecond: those who would have come during a stall count, too',
  "the loop's timers know whole milliseconds: one comes up to 1 ms early or late by any other clock, and differences of less than 1 ms in a timer or a loop's delay make nobody the best",
];
