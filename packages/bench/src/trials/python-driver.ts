import { runPython, type PythonLibrary } from '../drivers/python/run-python.js';
import type { Driver } from './plan.js';

/** A library of Python, where `python3` can import it; the work is the same as that of our own drivers. */
export function pythonDriver<Work>(
  library: PythonLibrary,
  job: 'evaluation' | 'blocks',
): Driver<Work> {
  return {
    name: `python-${library}`,
    run: (work, signal) => runPython(library, job, work, signal),
  };
}

export const PYTHON_LIBRARIES: readonly PythonLibrary[] = ['linux_aio', 'aiofiles'];
