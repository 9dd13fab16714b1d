import { fileURLToPath } from 'node:url';

/** The path of a module beside or below the one whose `import.meta.url` is given. */
export function modulePath(relative: string, from: string): string {
  return fileURLToPath(new URL(relative, from));
}
