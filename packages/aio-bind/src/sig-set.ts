import { constants } from 'node:os';
import { MAX_U64, checkInteger, invalidType, toBigInt } from './argument-errors.js';

const SIGNALS = 64;

/** A set of signals, as the kernel's `sigset_t`: 64 bits, signal n being bit n - 1. */
export class SigSet {
  #mask = 0n;

  /** The bits, 0 to 2^64 - 1. */
  get mask(): bigint {
    return this.#mask;
  }

  set mask(value: bigint | number) {
    this.#mask = toBigInt('mask', value, 0n, MAX_U64);
  }
}

/** A signal by number, 1 to 64, or by name. */
export type Signal = number | NodeJS.Signals;

function bitOf(sig: Signal): bigint {
  if (typeof sig === 'string') {
    const number = (constants.signals as Partial<Record<string, number>>)[sig];
    if (number === undefined) throw invalidType('sig', 'the name of a signal', sig);
    sig = number;
  }
  checkInteger('sig', sig, 1, SIGNALS);
  return 1n << BigInt(sig - 1);
}

function check(set: SigSet): void {
  if (!(set instanceof SigSet)) throw invalidType('set', 'a SigSet', set);
}

/** Empties a set. @see sigsetops(3) */
export function sigemptyset(set: SigSet): void {
  check(set);
  set.mask = 0n;
}

/** Puts every signal in a set. @see sigsetops(3) */
export function sigfillset(set: SigSet): void {
  check(set);
  set.mask = MAX_U64;
}

/** Puts a signal in a set. @see sigsetops(3) */
export function sigaddset(set: SigSet, sig: Signal): void {
  check(set);
  set.mask |= bitOf(sig);
}

/** Takes a signal out of a set. @see sigsetops(3) */
export function sigdelset(set: SigSet, sig: Signal): void {
  check(set);
  set.mask &= ~bitOf(sig);
}

/** Whether a signal is in a set. @see sigsetops(3) */
export function sigismember(set: SigSet, sig: Signal): boolean {
  check(set);
  return (set.mask & bitOf(sig)) !== 0n;
}
