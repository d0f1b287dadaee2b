import type { Finding } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import { hex } from '../model/units.ts';
import { lossless } from './printable.ts';

/** A finding as it stands in the JSON document. */
export function findingDocument(finding: Finding, report: Report): Record<string, unknown> {
  const { range, module, message, subject } = finding;
  return {
    ...finding,
    path: module === null ? null : lossless(report.modules[module]!.path),
    message: lossless(message),
    subject: subject === null ? null : lossless(subject),
    range: range && { start: hex(range.start), end: hex(range.end) },
  };
}
