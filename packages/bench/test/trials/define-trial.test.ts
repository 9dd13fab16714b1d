import { describe, expect, it } from 'vitest';
import type { GivenOptions } from '../../src/options/given-options.js';
import { cpuPer, perSecond } from '../../src/report/metric.js';
import { defineTrial } from '../../src/trials/define-trial.js';

describe('a trial', () => {
  it('is planned with no option but those that mean something to it', () => {
    const seen: GivenOptions[] = [];
    const trial = defineTrial({
      name: 'made-up',
      summary: '',
      options: ['bs', 'repeats'],
      drivers: [],
      presentation: {
        speed: perSecond('reads'),
        cost: cpuPer('read'),
        metrics: [],
        versus: [],
        layout: 'tables',
        targets: [],
      },
      plan(given) {
        seen.push(given);
        return {
          title: '',
          parameters: {},
          repeats: 1,
          latency: false,
          notes: [],
          setUp: () => [],
        };
      },
    });
    trial.plan({ bs: [512], iodepth: [1], direct: true }, 'quick');
    expect(seen).toEqual([{ bs: [512] }]);
  });
});
