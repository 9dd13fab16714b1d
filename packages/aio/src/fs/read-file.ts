import nodeFs from 'node:fs';
import { claimStack } from '../engine/claim-stack.js';
import { nextTick } from '../engine/own-timers.js';
import { plainRequest, readPlain } from '../whole/read-file.js';
import { splitCallback } from './callback.js';

function readFileAny(path: unknown, ...args: unknown[]): void {
  const byNode = (): void => {
    (nodeFs.readFile as (...args: unknown[]) => void)(path, ...args);
  };
  claimStack();
  const split = splitCallback(args);
  const request = split && plainRequest(path, split[0][0]);
  if (split === null || request === null) {
    byNode();
    return;
  }
  const [, callback] = split;
  readPlain(request).then(
    (contents) => {
      if (contents === null) byNode();
      else nextTick(callback, null, contents);
    },
    (error: unknown) => {
      nextTick(callback, error);
    },
  );
}

export const readFile: typeof nodeFs.readFile = readFileAny as typeof nodeFs.readFile;
