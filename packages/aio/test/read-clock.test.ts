import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ReadClock } from '../src/engine/read-clock.js';

/** The kernel's clock is ahead of JavaScript's by so much, in ms. */
const AHEAD = 5000;

const times = { began: 0, ended: 0 };

/** A read that begins and ends then, as performance.now() has it. */
function reads(clock: ReadClock, began: number, ended: number): number {
  const now = clock.now();
  times.began = AHEAD + began;
  times.ended = AHEAD + ended;
  return clock.note(now);
}

function jsClock(now: number) {
  return vi.spyOn(performance, 'now').mockReturnValue(now);
}

afterEach(() => {
  vi.restoreAllMocks();
  times.began = times.ended = 0;
});

describe('between reads', () => {
  test('it is when the last ended, where that followed the one before closely', () => {
    const clock = new ReadClock(times);
    const asked = jsClock(100);
    reads(clock, 100, 100.002);
    jsClock(100.01);
    reads(clock, 100.01, 100.012);
    asked.mockClear();
    expect(clock.now()).toBeCloseTo(100.012, 9);
    reads(clock, 100.013, 100.015);
    expect(clock.now()).toBeCloseTo(100.015, 9);
    expect(asked).not.toHaveBeenCalled();
  });

  test('JavaScript is asked behind one that did not', () => {
    const clock = new ReadClock(times);
    jsClock(100);
    reads(clock, 100, 100.002);
    jsClock(100.01);
    reads(clock, 100.01, 100.012);
    reads(clock, 103, 103.002);
    jsClock(103.5);
    expect(clock.now()).toBe(103.5);
  });

  test('JavaScript is asked in each turn of the loop anew, and how far the clocks are apart is taken from that', () => {
    const clock = new ReadClock(times);
    jsClock(100);
    reads(clock, 100, 100.002);
    jsClock(100.01);
    reads(clock, 100.01, 100.012);
    clock.forget();
    // The thread had lost its processor before the last read.
    jsClock(100.02);
    expect(clock.now()).toBe(100.02);
    reads(clock, 100.021, 100.022);
    expect(clock.now()).toBeCloseTo(100.021, 9);
  });

  test('how long each took is told', () => {
    const clock = new ReadClock(times);
    expect(reads(clock, 100, 100.25)).toBe(0.25);
    expect(reads(clock, 100.26, 101.26)).toBe(1);
  });
});
