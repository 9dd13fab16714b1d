import { readFile as readFileWithCallback } from 'node:fs';

/** `fs.readFile` with a callback. */
export function readFile(path: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    readFileWithCallback(path, (error, data) => {
      if (error === null) resolve(data);
      else reject(error);
    });
  });
}
