/** Names a mapping in words that are the same at the next start: never by address, thread or process ID. */
import type { Mapping, MappingKind } from '../model/report.ts';
import { LONGEST_KEY } from '../model/text.ts';
import { type Range, sizeOf } from '../model/units.ts';
import type { Context } from './context.ts';
import type { About } from './define-rule.ts';

const KINDS: Partial<Record<MappingKind, string>> = {
  heap: '[heap]',
  stack: '[stack]',
  'thread-stack': 'thread stack',
  'malloc-arena': 'malloc arena',
  guard: 'guard',
  'shared-memory': 'shared memory',
};

/** The process as a whole, or something of it, told by its executable. */
export const aboutProcess = (context: Context, subject: string | null): About => ({
  module: null,
  path: context.executablePath,
  subject,
});

/** The module and its segments; else the mapped file; else the kind of memory, which is the executable's. */
function aboutMapping(context: Context, mapping: Mapping): About {
  const { report, executablePath } = context;
  const { vma, kind, inferred, segments } = mapping;
  if (mapping.module !== null) {
    const { path } = report.modules[mapping.module]!;
    return { module: mapping.module, path, subject: segments.length > 0 ? loads(segments) : kind };
  }
  if (vma.file !== null) {
    const again = mapping.deviations.find(({ code }) => code === 'mapped-again');
    const { path } = report.capture.files[vma.file]!;
    return { module: null, path, subject: again ? 'second mapping' : 'mapped file' };
  }
  // What shape alone suggests may look different at the next start.
  const subject = (inferred ? undefined : KINDS[kind]) ?? (vma.name === '' ? 'anonymous memory' : vma.name);
  return { module: null, path: executablePath, subject };
}

/** "LOAD 3", "LOAD 3+4": program-header indices. */
export const loads = (segments: readonly number[]): string => `LOAD ${segments.join('+')}`;

/** Mappings that have the same name, as one subject. */
export interface Group {
  readonly about: About & { readonly range: Range };
  readonly mappings: readonly Mapping[];
  readonly bytes: number;
}

/** Gathers mappings by their names: a JIT engine has hundreds that are one thing to the reader. */
export function groupMappings(context: Context, mappings: Iterable<Mapping>): Group[] {
  const groups = new Map<string, { about: Group['about']; mappings: Mapping[]; bytes: number }>();
  for (const mapping of mappings) {
    const { start, end } = mapping.vma;
    const about = { ...aboutMapping(context, mapping), range: { start, end } };
    const name = (about.path ?? '').length > LONGEST_KEY ? mapping.vma.file : about.path;
    const key = `${about.module} ${about.subject} ${name}`;
    const group = groups.get(key) ?? { about, mappings: [], bytes: 0 };
    group.mappings.push(mapping);
    group.bytes += sizeOf(mapping.vma);
    groups.set(key, group);
  }
  return [...groups.values()];
}
