import { describe, expect, test } from 'vitest';
import { ledElsewhere, mayStayOnRoot, stayedOnRoot } from '../src/whole/root-mount.js';

/** How many are skipped before the next is tried. */
function skipped(): number {
  for (let count = 0; ; count++) if (mayStayOnRoot('/file')) return count;
}

describe('paths on the mount of the root directory', () => {
  test('are absolute, and no devices', () => {
    expect(mayStayOnRoot('/home/file')).toBe(true);
    expect(mayStayOnRoot('/device')).toBe(true);
    for (const path of ['file', '', './file', '/dev/tty', Buffer.from('/file')]) {
      expect(mayStayOnRoot(path)).toBe(false);
    }
  });

  test('are tried the less often the more have led elsewhere, until one has not', () => {
    const counts: number[] = [];
    for (let i = 0; i < 9; i++) {
      ledElsewhere();
      counts.push(skipped());
    }
    expect(counts).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
    stayedOnRoot();
    expect(skipped()).toBe(0);
    ledElsewhere();
    expect(skipped()).toBe(1);
  });
});
