import { defineConfig, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest/shared.js';

if (process.getuid?.() !== 0) {
  throw new Error(
    'The fault tests need root, util-linux, e2fsprogs, xfsprogs and btrfs-progs: they make file systems ' +
      'on loop devices, and freeze and break them',
  );
}

// One after another: they drop the machine's page cache.
export default mergeConfig(
  shared,
  defineConfig({ test: { include: ['faults/**/*.test.ts'], isolate: true, maxWorkers: 1 } }),
);
