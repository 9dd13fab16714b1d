import { withProcessesFor } from '../../vitest/shared.js';

// These put functions of their own in place of aio-bind's, count what the process's one engine does, or
// measure the process's memory.
export default withProcessesFor([
  'async-local-storage',
  'backend',
  'completes-late',
  'context-order',
  'fake-timers',
  'give-up',
  'half-of-the-room',
  'helped-reads',
  'leak',
  'lone-read',
  'reads-one-after-the-other',
  'many',
  'probe',
  'races',
  'read-batch',
  'reentrant',
  'remote-files',
  'shared-engine',
  'submission-refused',
  'sweep',
  'sync-barrier',
]);
