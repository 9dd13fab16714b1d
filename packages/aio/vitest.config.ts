import { defineConfig, mergeConfig } from 'vitest/config';

import { shared } from '../../vitest/shared.js';

// These put functions of their own in place of aio-bind's, or count what the process's one engine
// does: a process for each.
const alone = [
  'backend',
  'give-up',
  'many',
  'probe',
  'shared-engine',
  'submission-refused',
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
