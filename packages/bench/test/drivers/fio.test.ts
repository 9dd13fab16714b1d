import { describe, expect, it } from 'vitest';
import { parseFioOutput } from '../../src/drivers/fio/fio-output.js';
import { fioOutput } from './fio-output.js';

describe('parseFioOutput', () => {
  const sample = { operations: 1000, seconds: 0.5, userSeconds: 0.05, systemSeconds: 0.2 };

  it('takes reads, time and CPU time', () => {
    expect(parseFioOutput(fioOutput(0))).toEqual(sample);
  });

  it('takes latencies where they were asked for', () => {
    const percentile = { '50.000000': 1500, '99.000000': 20000, '99.900000': 300000 };
    const curve = [
      [50, 1.5],
      [99, 20],
      [99.9, 300],
      [100, 400],
    ];
    const latency = { count: 1000, p50: 1.5, p99: 20, p999: 300, max: 400, curve };
    const distributions = { latency };
    expect(parseFioOutput(fioOutput(0, percentile))).toEqual({ ...sample, distributions });
  });

  it('passes over what fio says before its JSON', () => {
    expect(parseFioOutput(`note: both iodepth >= 1\n${fioOutput(0)}`)).toEqual(sample);
  });

  it.each([
    [fioOutput(22), 'fio reported error 22'],
    ['{"jobs":[]}', 'fio reported no job'],
  ])('refuses %j', (stdout, message) => {
    expect(() => parseFioOutput(stdout)).toThrow(message);
  });
});
