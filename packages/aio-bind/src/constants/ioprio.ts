// I/O priorities: `aio_reqprio` with IOCB_FLAG_IOPRIO (linux/ioprio.h, ioprio_set(2)).
import { checkInteger } from '../argument-errors.js';

/** No class of its own: that of the process. */
export const IOPRIO_CLASS_NONE = 0;
/** Real time: first access to the disk. Needs CAP_SYS_ADMIN or CAP_SYS_NICE. */
export const IOPRIO_CLASS_RT = 1;
/** Best effort: what is scheduled by level. */
export const IOPRIO_CLASS_BE = 2;
/** Idle: served when nobody else wants the disk. */
export const IOPRIO_CLASS_IDLE = 3;
/** Not a class. */
export const IOPRIO_CLASS_INVALID = 7;

/** How far the class is shifted in a priority. */
export const IOPRIO_CLASS_SHIFT = 13;
/** The class's bits, shifted down. */
export const IOPRIO_CLASS_MASK = 0x07;
/** The bits below the class: hint and level. */
export const IOPRIO_PRIO_MASK = 0x1fff;
/** How many levels a class has. */
export const IOPRIO_NR_LEVELS = 8;
/** How many levels best effort has; 0 is the highest. */
export const IOPRIO_BE_NR = 8;
/** The level of a process that set none. */
export const IOPRIO_NORM = 4;
/** The same, by its newer name. */
export const IOPRIO_BE_NORM = 4;
/** How many bits a level has. */
export const IOPRIO_LEVEL_NR_BITS = 3;
/** The level's bits: the lowest three. */
export const IOPRIO_LEVEL_MASK = 7;
/** How far the hint is shifted. */
export const IOPRIO_HINT_SHIFT = 3;
/** How many bits a hint has. */
export const IOPRIO_HINT_NR_BITS = 10;
/** How many hints there can be. */
export const IOPRIO_NR_HINTS = 1024;
/** How many classes there can be. */
export const IOPRIO_NR_CLASSES = 8;
/** The hint's bits, shifted down. */
export const IOPRIO_HINT_MASK = 0x3ff;

/** No hint. Linux 6.5. */
export const IOPRIO_HINT_NONE = 0;
/** Command duration limit 1 of a device that has them; 2 to 7 likewise. Linux 6.5. */
export const IOPRIO_HINT_DEV_DURATION_LIMIT_1 = 1;
export const IOPRIO_HINT_DEV_DURATION_LIMIT_2 = 2;
export const IOPRIO_HINT_DEV_DURATION_LIMIT_3 = 3;
export const IOPRIO_HINT_DEV_DURATION_LIMIT_4 = 4;
export const IOPRIO_HINT_DEV_DURATION_LIMIT_5 = 5;
export const IOPRIO_HINT_DEV_DURATION_LIMIT_6 = 6;
export const IOPRIO_HINT_DEV_DURATION_LIMIT_7 = 7;

/** For ioprio_set(2): a process. */
export const IOPRIO_WHO_PROCESS = 1;
/** For ioprio_set(2): a process group. */
export const IOPRIO_WHO_PGRP = 2;
/** For ioprio_set(2): all processes of a user. */
export const IOPRIO_WHO_USER = 3;

/**
 * Composes an I/O priority for `aio_reqprio` (`ioprio_value`, linux/ioprio.h).
 *
 * @param prioclass - IOPRIO_CLASS_*, 0 to 7; the kernel refuses more than 3 (EINVAL)
 * @param priolevel - 0 (highest) to 7
 * @param priohint - IOPRIO_HINT_*, 0 to 1023
 * @throws RangeError - a part does not fit its bits
 * @see ioprio_set(2)
 */
export function ioprio_value(prioclass: number, priolevel: number, priohint = 0): number {
  checkInteger('prioclass', prioclass, 0, IOPRIO_CLASS_MASK);
  checkInteger('priolevel', priolevel, 0, IOPRIO_LEVEL_MASK);
  checkInteger('priohint', priohint, 0, IOPRIO_HINT_MASK);
  return (prioclass << IOPRIO_CLASS_SHIFT) | (priohint << IOPRIO_HINT_SHIFT) | priolevel;
}

/** Composes a priority from a class and all that is below it (hint and level). */
export function IOPRIO_PRIO_VALUE(prioclass: number, data: number): number {
  return ((prioclass & IOPRIO_CLASS_MASK) << IOPRIO_CLASS_SHIFT) | (data & IOPRIO_PRIO_MASK);
}

/** All of a priority that is below its class. */
export function IOPRIO_PRIO_DATA(ioprio: number): number {
  return ioprio & IOPRIO_PRIO_MASK;
}

/** The class of a priority. */
export function IOPRIO_PRIO_CLASS(ioprio: number): number {
  return (ioprio >> IOPRIO_CLASS_SHIFT) & IOPRIO_CLASS_MASK;
}

/** The level of a priority. */
export function IOPRIO_PRIO_LEVEL(ioprio: number): number {
  return ioprio & IOPRIO_LEVEL_MASK;
}

/** The hint of a priority. */
export function IOPRIO_PRIO_HINT(ioprio: number): number {
  return (ioprio >> IOPRIO_HINT_SHIFT) & IOPRIO_HINT_MASK;
}
