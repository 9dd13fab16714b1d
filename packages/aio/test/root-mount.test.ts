import { describe, expect, test } from 'vitest';
import { beginsAtRoot } from '../src/whole/root-mount.js';

describe('beginsAtRoot', () => {
  test('is for absolute paths, but not for devices', () => {
    expect(beginsAtRoot('/home/file')).toBe(true);
    expect(beginsAtRoot('/device')).toBe(true);
    for (const path of ['file', '', './file', '/dev/tty', Buffer.from('/file')]) {
      expect(beginsAtRoot(path)).toBe(false);
    }
  });
});
