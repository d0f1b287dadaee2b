import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An error that says how to meet it again, and where the input was put, ready to become a fixture. */
export function crash(round: number, input: Uint8Array | string, cause: unknown): Error {
  const file = join(mkdtempSync(join(tmpdir(), 'vmaexplain-crash-')), `round-${round}`);
  writeFileSync(file, typeof input === 'string' ? Buffer.from(input, 'latin1') : input);
  return new Error(`round ${round}, ${file}: ${cause instanceof Error ? cause.stack : cause}`, { cause });
}
