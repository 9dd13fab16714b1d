import { defineConfig, mergeConfig } from 'vitest/config';

import { shared } from '../../vitest/shared.js';

// These put functions of their own in place of aio-bind's, count what the process's one engine does,
// or measure the process's memory: a process for each.
const alone = [
  'backend',
  'give-up',
  'leak',
  'many',
  'probe',
  'shared-engine',
  'submission-refused',
  'sweep',
  'sync-barrier',
].map((name) => `test/${name}.test.ts`);

export default mergeConfig(
  shared,
  defineConfig({
    test: {
      projects: [
        { extends: true, test: { name: 'alone', include: alone, isolate: true } },
        {
          extends: true,
          test: { name: 'together', include: ['test/**/*.test.ts'], exclude: alone },
        },
      ],
    },
  }),
);
