/** Any evidence in memory, by the way that the command takes; trouble with it as a whole is an answer too. */
import { captureElfTarget } from '../../../src/cli/elf-target.ts';
import { correlate } from '../../../src/correlate/report.ts';
import type { Report } from '../../../src/model/report.ts';
import { captureText } from '../../../src/source/captured-text.ts';
import { TargetError } from '../../../src/source/errors.ts';
import { captureSnapshot } from '../../../src/source/snapshot-read.ts';
import { captureFile, type TargetOptions } from '../../../src/source/target-file.ts';
import type { CountingBytes } from './counting-bytes.ts';

const OPTIONS: TargetOptions = {
  sysroots: [],
  elf: new Map(),
  useHost: false,
  depth: 'full',
  pageSize: null,
};

type Explained = readonly Report[] | TargetError;

/** An ELF file or a core. */
export const explainElf = (bytes: CountingBytes, pageSize: number | null = null): Explained =>
  explained(() => [captureElfTarget(bytes, '/lib/x.so', { ...OPTIONS, pageSize })]);

/** Text of maps, smaps or any pmap, in pieces of `chunk` characters. */
export const explainText = (text: string, chunk: number): Explained =>
  explained(() =>
    captureText(
      null,
      feed => {
        for (let at = 0; at < text.length; at += chunk) feed(text.slice(at, at + chunk));
      },
      OPTIONS,
    ),
  );

export const explainSnapshot = (text: string): Explained =>
  explained(() => [captureSnapshot(text, null, 'full')]);

/** A file, whatever is in it. */
export const explainFile = (path: string): Explained =>
  explained(() => captureFile(path, OPTIONS, captureElfTarget));

function explained(capture: () => ReturnType<typeof captureText>): Explained {
  try {
    return capture().map(correlate);
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  }
}
