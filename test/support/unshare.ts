import { execFileSync } from 'node:child_process';
import type { Tool } from './tools.ts';

const known = new Map<string, Tool[]>();

/** What a test needs to make namespaces of its own: nothing, or the reason that stands in the title of the skipped test. */
export function canUnshare(...flags: readonly string[]): Tool[] {
  const key = flags.join(' ');
  let missing = known.get(key);
  if (!missing) {
    try {
      execFileSync('unshare', [...flags, 'true'], { stdio: 'ignore' });
      missing = [];
    } catch {
      missing = [`permission to unshare ${key}`];
    }
    known.set(key, missing);
  }
  return missing;
}
