import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/measure/sample.js';
import type { SlicedDriver } from '../../src/trials/plan.js';
import { sideBySide } from '../../src/trials/side-by-side.js';

const { signal } = new AbortController();
const SAMPLE: Sample = { operations: 1, seconds: 1, userSeconds: 0, systemSeconds: 0 };

/** A driver that notes all that it is asked for, and fails where it is told to. */
function driver(name: string, steps: string[], failsAt?: string): SlicedDriver<object> {
  const step = (what: string): Promise<void> => {
    steps.push(`${name} ${what}`);
    return what === failsAt ? Promise.reject(new Error(`${name} failed`)) : Promise.resolve();
  };
  return {
    name,
    run: () => Promise.reject(new Error('it was to be measured in slices')),
    async start() {
      await step('start');
      return {
        slice: () => step('slice'),
        async end() {
          await step('end');
          return SAMPLE;
        },
        stop: () => step('stop'),
      };
    },
  };
}

describe('sideBySide', () => {
  it('lets slices alternate, in another order each time', async () => {
    const steps: string[] = [];
    const drivers = ['a', 'b'].map((name) => driver(name, steps));
    const step = (what: string): Promise<void> => {
      steps.push(what);
      return Promise.resolve();
    };
    const outcomes = await sideBySide(drivers, {}, 3, signal, () => step('ready'));
    expect(steps).toEqual([
      ...['a start', 'b start', 'ready'],
      ...['a slice', 'b slice', 'b slice', 'a slice', 'a slice', 'b slice'],
      ...['a end', 'b end', 'a stop', 'b stop'],
    ]);
    expect([...outcomes.values()]).toEqual([{ sample: SAMPLE }, { sample: SAMPLE }]);
  });

  it.each(['start', 'slice', 'end'])(
    'goes on with the others when one fails at its %s, and ends all',
    async (failsAt) => {
      const steps: string[] = [];
      const drivers = [driver('a', steps, failsAt), driver('b', steps)];
      const outcomes = await sideBySide(drivers, {}, 2, signal, () => Promise.resolve());
      expect([...outcomes.values()]).toEqual([
        { error: new Error('a failed') },
        { sample: SAMPLE },
      ]);
      expect(steps.filter((step) => step === `a ${failsAt}`)).toHaveLength(1);
      expect(steps.filter((step) => step === 'b slice')).toHaveLength(2);
      expect(steps.at(-1)).toBe('b stop');
    },
  );
});
