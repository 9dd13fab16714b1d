import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startWorker } from './support/child.js';
import { contexts } from './support/mappings.js';
import { Pipe } from './support/pipe.js';

/** In what function of the kernel each thread of this process sleeps. */
const sleeping = (): string[] =>
  readdirSync('/proc/self/task').map((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/wchan`, 'latin1');
    } catch {
      return ''; // it has ended since
    }
  });

test.for([undefined, 10 ** 12])(
  'a worker that waits for events, for at most %s ns, is terminated',
  async (timeoutNs) => {
    const pipe = new Pipe();
    const before = contexts();
    const worker = startWorker(
      ({ aio, parentPort }, [file, timeoutNs]) => {
        const context = new aio.AioContext({ maxInFlight: 1 });
        context.submit(new aio.PollOperation({ file, mask: aio.POLLIN }));
        parentPort.postMessage('waits');
        context.getEvents(1, 1, timeoutNs === undefined ? undefined : BigInt(timeoutNs));
      },
      [pipe.readEnd, timeoutNs] as const,
    );
    // Where it is not, this ends its wait.
    onTestFinished(() => {
      pipe.fill();
      pipe[Symbol.dispose]();
    });
    await once(worker, 'message');
    // Not every machine tells; then it will have begun to wait by the end of these turns.
    for (let turn = 0; turn < 1000 && !sleeping().includes('read_events'); turn++) await nextTurn();
    await worker.terminate();
    expect(contexts()).toBe(before);
  },
);
