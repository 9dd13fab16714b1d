import { mergeConfig } from 'vitest/config';

import { withProcessesFor } from '../../vitest/shared.js';

// It counts the process's threads.
export default mergeConfig(withProcessesFor(['drivers/memory']), {
  // What has been built is loaded as it is.
  test: { server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } } },
});
