import { addressOf } from 'aio-bind';
import { expect, test } from 'vitest';
import { pageAligned } from '../src/whole/page-aligned.js';

test.each([1, 100, 4096, 262_145])('%i bytes begin with a page', (bytes) => {
  for (let times = 0; times < 20; times++) {
    const memory = pageAligned(bytes);
    expect(memory.length).toBe(bytes);
    expect(addressOf(memory) % 4096).toBe(0);
  }
});
