import type { Facts, Finding } from '../model/finding.ts';
import { hex } from '../model/units.ts';
import { lossless } from './printable.ts';

/** A finding as it stands in the JSON document. */
export function findingDocument(finding: Finding): Record<string, unknown> {
  const { rule, outcome, level, module, path, subject, message, range, facts, excuse } = finding;
  return {
    rule,
    outcome,
    level,
    module,
    path: path === null ? null : lossless(path),
    subject: subject === null ? null : lossless(subject),
    message: lossless(message),
    range: range && { start: hex(range.start), end: hex(range.end) },
    facts: losslessFacts(facts),
    excuse: excuse?.kind === 'exception' ? { ...excuse, reason: lossless(excuse.reason) } : excuse,
  };
}

function losslessFacts(facts: Facts): Facts {
  const entries = Object.entries(facts);
  return Object.fromEntries(
    entries.map(([name, fact]) => [name, typeof fact === 'string' ? lossless(fact) : fact]),
  );
}
