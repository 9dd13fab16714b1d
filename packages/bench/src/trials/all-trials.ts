import { coldRead } from './cold-read.js';
import { evaluation } from './evaluation.js';
import { log } from './log.js';
import { loopDelay } from './loop-delay.js';
import { manyFiles } from './many-files.js';
import { memory } from './memory.js';
import { poolContention } from './pool-contention.js';
import { randomRead } from './random-read.js';
import { randomWrite } from './random-write.js';
import { scaleDepth } from './scale-depth.js';
import { scaleFiles } from './scale-files.js';
import { scaleWorkers } from './scale-workers.js';
import { streamRead } from './stream-read.js';
import { streamWrite } from './stream-write.js';
import type { Trial } from './trial.js';

export const allTrials: readonly Trial[] = [
  evaluation,
  randomRead,
  randomWrite,
  coldRead,
  streamRead,
  streamWrite,
  manyFiles,
  log,
  loopDelay,
  poolContention,
  memory,
  scaleDepth,
  scaleFiles,
  scaleWorkers,
];

/** What runs when no trial is named: the main job. */
export const defaultTrial: Trial = evaluation;
