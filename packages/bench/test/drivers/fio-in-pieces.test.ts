import { expect, it } from 'vitest';
import { inPieces } from '../../src/drivers/fio/in-pieces.js';

const sample = {
  operations: 100,
  seconds: 0.5,
  userSeconds: 0.125,
  systemSeconds: 0.25,
  contextSwitches: 3,
  bytes: 4096,
};

it('joins one run for each slice', async () => {
  const pieces: number[] = [];
  const running = inPieces((piece) => {
    pieces.push(piece);
    return Promise.resolve({ ...sample, operations: 100 + piece });
  });
  await running.slice();
  await running.slice();
  expect(pieces).toEqual([0, 1]);
  expect(await running.end()).toEqual({
    operations: 201,
    seconds: 1,
    userSeconds: 0.25,
    systemSeconds: 0.5,
    contextSwitches: 6,
    bytes: 8192,
  });
});
