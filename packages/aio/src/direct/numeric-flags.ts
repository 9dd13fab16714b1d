import { constants } from 'node:fs';

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;

/** What each letter of Node's flags stands for, with and without a plus. */
const KINDS: Readonly<Record<string, { readonly alone: number; readonly plus: number }>> = {
  r: { alone: O_RDONLY, plus: O_RDWR },
  w: { alone: O_WRONLY | O_CREAT | O_TRUNC, plus: O_RDWR | O_CREAT | O_TRUNC },
  a: { alone: O_WRONLY | O_CREAT | O_APPEND, plus: O_RDWR | O_CREAT | O_APPEND },
};

/** 'rs' and 'sr' are the same to Node, but 'r+s' is nothing; 'x' goes with 'w' and 'a', 's' with 'r' and 'a'. */
const WRITTEN = /^(?:s?r\+?|rs\+?|x?w\+?|wx\+?|[xs]?a\+?|a[xs]\+?)$/;

/** Flags as a number, to which others can be added; null for what Node refuses. */
export function numericFlags(flags: string | number): number | null {
  if (typeof flags === 'number') return Number.isInteger(flags) ? flags : null;
  const letter = WRITTEN.test(flags) ? /[rwa]/.exec(flags)?.[0] : undefined;
  const kind = letter === undefined ? undefined : KINDS[letter];
  if (kind === undefined) return null;
  const base = flags.includes('+') ? kind.plus : kind.alone;
  return base | (flags.includes('x') ? O_EXCL : 0) | (flags.includes('s') ? O_SYNC : 0);
}
