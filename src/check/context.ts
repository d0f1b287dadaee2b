/** What the rules look at: the report, and the questions that several of them ask about it. */
import { withoutDeleted } from '../model/capture.ts';
import type { Module } from '../model/module.ts';
import { firstEndingAfter } from '../model/ordered.ts';
import type { Mapping, Report } from '../model/report.ts';
import { intersect, type Range } from '../model/units.ts';

export interface Context {
  readonly report: Report;
  /** The mappings of each module. */
  readonly mappingsOf: readonly (readonly Mapping[])[];
  /** Was the layout computed from a file's headers, without a process? Then nothing real can be judged. */
  readonly predicted: boolean;
  readonly executable: Module | null;
  /** The file of the executable; null where the evidence does not tell. */
  readonly executablePath: string | null;
}

export function contextOf(report: Report): Context {
  const { origin, process } = report.capture;
  const executable = report.modules.find(({ role }) => role === 'executable') ?? null;
  const mappingsOf = report.modules.map((): Mapping[] => []);
  for (const mapping of report.mappings)
    if (mapping.module !== null) mappingsOf[mapping.module]!.push(mapping);
  return {
    report,
    mappingsOf,
    predicted: origin.kind === 'elf',
    executable,
    executablePath:
      executable?.path ?? (process.executable === null ? null : withoutDeleted(process.executable)),
  };
}

/** What may be done to a range, by the permissions of the mappings that hold it. */
export interface Access {
  readonly writable: readonly Range[];
  readonly readOnly: readonly Range[];
  /** The evidence does not tell; or they are shared, so that they may be written to somewhere else. */
  readonly unknown: readonly Range[];
}

/** In a GOT or a RELRO range there are one or two. Of a range that covers thousands, the rest is not looked at. */
const MOST_MAPPINGS = 256;

/** The ranges are in address order; what is not mapped is in none of them. */
export function accessTo({ capture: { vmas } }: Report, range: Range): Access {
  const access = { writable: [] as Range[], readOnly: [] as Range[], unknown: [] as Range[] };
  const first = firstEndingAfter(vmas, range.start);
  for (let i = first; i < vmas.length && vmas[i]!.start < range.end; i++) {
    const vma = vmas[i]!;
    if (i - first === MOST_MAPPINGS) {
      access.unknown.push({ start: vma.start, end: range.end });
      break;
    }
    const [, w, , sharing] = vma.permissions;
    const kind =
      w === 'w' ? access.writable : w === '-' && sharing !== 's' ? access.readOnly : access.unknown;
    kind.push(intersect(vma, range)!);
  }
  return access;
}
