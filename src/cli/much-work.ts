/**
 * Keeps V8 from letting garbage pile up where one target comes after the other, a text is long, or much memory has been taken
 * already. For less, loading node:v8 takes longer than it is worth, but on Node.js 20 (see bundle/start.cjs).
 */

/** The flags are known to the V8 of Node.js 20 to 26; a later one that does not know it would complain. */
const [OLDEST, NEWEST] = [11, 14];

let expected = false;

/** There is more than one target, or a text longer than that of a process of many mappings. */
export function expectMuchWork(): void {
  if (expected) return;
  expected = true;
  const major = Number.parseInt(process.versions.v8, 10);
  if (major < OLDEST || major > NEWEST) return;
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--incremental-marking');
  // Else it goes by how fast it was by chance, and lets the heap become four times as large.
  setFlagsFromString('--heap-growing-percent=50');
}

/** Bytes: what explains a process of 65,530 mappings needs two thirds of it. */
const MUCH_MEMORY = 96 << 20;

/** Is the memory that it takes much by now? */
export function mindMemory(): void {
  if (!expected && process.memoryUsage.rss() > MUCH_MEMORY) expectMuchWork();
}
