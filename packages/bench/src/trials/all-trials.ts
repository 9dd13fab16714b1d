import { evaluation } from './evaluation/evaluation.js';
import { randomRead } from './random-read/random-read.js';
import type { Trial } from './trial.js';

export const allTrials: readonly Trial[] = [evaluation, randomRead];

/** What runs when no trial is named: the main job. */
export const defaultTrial: Trial = evaluation;
