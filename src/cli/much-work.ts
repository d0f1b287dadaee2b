/**
 * Keeps V8 from letting garbage pile up where one target comes after the other. For one alone, loading node:v8 takes longer
 * than it is worth, but on Node.js 20 (see bundle/start.cjs).
 */

/** The flag is known to the V8 of Node.js 20 to 26; a later one that does not know it would complain. */
const [OLDEST, NEWEST] = [11, 14];

/** There is more than one target. */
export function expectMuchWork(): void {
  const major = Number.parseInt(process.versions.v8, 10);
  if (major < OLDEST || major > NEWEST) return;
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--incremental-marking');
}
