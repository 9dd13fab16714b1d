import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { AioContext, POLLIN, PollOperation, ReadOperation } from '../src/index.js';

const options = { buffer: Buffer.alloc(2), offset: 3 };

describe('console.log shows', () => {
  test('what an operation is asked for', () => {
    const shown = inspect(new ReadOperation({ file: 0, ...options }));
    expect(shown).toMatch(/^ReadOperation \{/);
    for (const part of ['file: 0', 'offset: 3', 'length: 2', '<Buffer 00 00>', 'inFlight: false']) {
      expect(shown).toContain(part);
    }
    expect(inspect(new PollOperation({ file: 0, mask: POLLIN }))).toContain(`mask: ${POLLIN}`);
  });

  test('how full a context is', () => {
    const context = new AioContext({ maxInFlight: 7 });
    expect(inspect(context)).toBe('AioContext { maxInFlight: 7, inFlight: 0, closed: false }');
    context.close();
    expect(inspect(context)).toContain('closed: true');
  });

  test('no more than it is asked for', () => {
    const operation = new ReadOperation({ file: 0, ...options });
    expect(inspect({ a: { operation } }, { depth: 1 })).toBe(
      '{ a: { operation: [ReadOperation] } }',
    );
  });

  test('where an operation leads to itself', () => {
    const file: { fd: number; operation?: ReadOperation } = { fd: 0 };
    file.operation = new ReadOperation({ file, ...options });
    expect(inspect(file, { depth: null }).match(/\[Circular\]/g)).toHaveLength(1);
    const twice = new ReadOperation({ file: 0, ...options });
    expect(inspect([twice, twice])).not.toContain('Circular');
  });

  test('an operation whose file throws', () => {
    const file = {
      count: 0,
      get fd(): number {
        if (this.count++ > 0) throw new Error('gone');
        return 0;
      },
    };
    expect(inspect(new ReadOperation({ file, ...options }))).toContain('gone');
  });
});
