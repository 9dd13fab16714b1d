import { withProcessesFor } from '../../vitest/shared.js';

// It counts the process's threads.
export default withProcessesFor(['drivers/memory']);
