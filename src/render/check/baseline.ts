/** A baseline file, as `--write-baseline` writes it: the identities of findings, without addresses. */
import { lossless } from '../printable.ts';
import { stringify } from '../stringify.ts';

interface Known {
  readonly rule: string;
  readonly path: string | null;
  readonly subject: string | null;
  readonly outcome: string;
}

export function renderBaseline(known: readonly Known[]): string {
  const findings = known.map(({ rule, path, subject, outcome }) => ({
    rule,
    path: path === null ? null : lossless(path),
    subject: subject === null ? null : lossless(subject),
    outcome,
  }));
  return `${stringify({ format: 'vmaexplain-baseline', version: 1, findings }, 2)}\n`;
}
