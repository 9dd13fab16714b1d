// Most paths lead nowhere but on the mount of the root directory. For these nothing has to be looked at before
// they are opened, once it is known what that mount is.
import { stat } from 'node:fs/promises';

let device: number | undefined;
let isAsked = false;

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

/** Whether a path begins there. Not that of a device, since to open one is an event to some. */
export function beginsAtRoot(path: string | Uint8Array): boolean {
  return typeof path === 'string' && path.startsWith('/') && !path.startsWith('/dev/');
}
