import { expect, it } from 'vitest';
import { renderReport } from '../../src/report/render-report.js';

it('shows title, tables, meanings and notes', () => {
  const text = renderReport({
    title: 'Speed',
    sections: [
      {
        heading: 'one file',
        table: {
          columns: [
            { title: 'driver', align: 'left' },
            { title: 'reads/s', align: 'right' },
          ],
          rows: [
            [{ text: 'aio-bind' }, { text: '1,000', best: true }],
            [{ text: 'fs-sync' }, { text: '7' }],
          ],
        },
        meaning: ['it is faster'],
      },
    ],
    notes: ['medians'],
  });
  expect(text).toBe(
    [
      'Speed',
      '=====',
      '',
      'one file',
      '┌──────────┬─────────┐',
      '│ driver   │ reads/s │',
      '├──────────┼─────────┤',
      '│ aio-bind │ * 1,000 │',
      '│ fs-sync  │       7 │',
      '└──────────┴─────────┘',
      '  it is faster',
      '',
      '* a figure with * is the best',
      '* medians',
      '',
    ].join('\n'),
  );
});
