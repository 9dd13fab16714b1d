// Most paths lead nowhere but on the mount of the root directory. For these nothing has to be looked at before
// they are opened, once it is known what that mount is.
import { stat } from 'node:fs/promises';

/** To find that a path leads elsewhere takes the time of a system call: then one of so many is tried, at least. */
const MOST_SKIPPED = 64;

let device: number | undefined;
let isAsked = false;
let skipped = 0;
/** How many are to be skipped after the next that leads elsewhere. */
let patience = 1;

/** Has it looked up which device the root directory is on. */
export function learnRoot(): void {
  if (isAsked) return;
  isAsked = true;
  stat('/').then(
    ({ dev }) => {
      device = dev;
    },
    () => undefined,
  );
}

/** The device of the root directory, as `stat` of Node has it; undefined as long as it is not known. */
export function rootDevice(): number | undefined {
  return device;
}

/** Whether a path may stay on that mount. Not that of a device, since to open one is an event to some. */
export function mayStayOnRoot(path: string | Uint8Array): boolean {
  if (typeof path !== 'string' || !path.startsWith('/') || path.startsWith('/dev/')) return false;
  if (skipped === 0) return true;
  skipped--;
  return false;
}

export function stayedOnRoot(): void {
  patience = 1;
}

export function ledElsewhere(): void {
  skipped = patience;
  patience = Math.min(2 * patience, MOST_SKIPPED);
}
