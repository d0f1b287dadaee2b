/** `vmaexplain record PID -o FILE`: writes a snapshot, readable by its owner alone, whole or not at all. */

import { type Stats, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { oneCharAByte } from '../model/latin1.ts';
import { stringify } from '../render/stringify.ts';
import { TargetError } from '../source/errors.ts';
import { recordLive } from '../source/live.ts';
import { locate } from './failure.ts';
import { fileOutput, standardOutput } from './output.ts';
import { parseTargets } from './targets.ts';

export interface RecordOptions {
  /** null: standard output. */
  readonly output: string | null;
  readonly force: boolean;
}

/** @throws TargetError */
export function runRecord(word: string, { output, force }: RecordOptions): void {
  const [target] = parseTargets([word], process.ppid);
  if (target?.kind !== 'process')
    throw new TargetError(
      'unusable',
      `${oneCharAByte(word)}: only a running process can be recorded`,
      'it is named by its PID',
    );
  const there = output === null ? null : whatLiesAt(output);
  if (there?.isDirectory())
    throw new TargetError('unusable', `${oneCharAByte(output!)}: it is a folder`, 'name a file in it');
  if (there && !force)
    throw new TargetError(
      'unusable',
      `${oneCharAByte(output!)}: it is there already`,
      '--force overwrites it',
    );
  const snapshot = locate(target.name, () => recordLive(target.pid));
  let text: string;
  try {
    text = `${stringify(snapshot, 1)}\n`;
  } catch (error) {
    // Longer than a string of V8 can be.
    throw new TargetError('unusable', `${target.name}: it has too much for one snapshot`, null, error);
  }
  const file = output === null ? standardOutput() : fileOutput(output, { replaces: force });
  try {
    file.write(output?.endsWith('.gz') ? gzipSync(text) : text);
    file.close();
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** null: nothing, or nothing that may be seen; then writing there says why. */
function whatLiesAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
