import { writeAll } from './output.ts';

/** Writes to standard error. Where nobody can take it, it is lost: the exit code tells as much. */
export function complain(text: string): void {
  try {
    writeAll(2, Buffer.from(text));
  } catch {
    // A full disk, or a reader that has gone.
  }
}
