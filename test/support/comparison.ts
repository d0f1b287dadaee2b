/**
 * Reports of one process from several sources, made comparable. Only a live process and a snapshot have the image of
 * the [vdso]: its module and parts are left out, and modules are called by name, because their numbers differ then.
 */
import type { MappingDocument, ModuleDocument, ReportDocument } from '../../src/model/document.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** "/usr/lib/libc.so.6 at 0x7f…": the same file may be loaded twice. */
const moduleName = ({ path, loadBias }: ModuleDocument): string => `${path} at ${loadBias}`;

/** Mappings and modules by name; nothing else of a report is told by every source. */
export function comparable(report: ReportDocument): Json {
  const names = report.modules.map(moduleName);
  const modules = report.modules.filter(({ role }) => role !== 'vdso');
  return {
    process: report.process,
    totals: report.totals,
    mappings: report.mappings.map(mapping => mappingByName(mapping, names)),
    modules: Object.fromEntries(modules.map(module => [moduleName(module), { ...module, index: null }])),
  } as unknown as Json;
}

function mappingByName(mapping: MappingDocument, names: readonly string[]): unknown {
  const unseen = mapping.kind === 'vdso' || (mapping.parts as unknown) === null;
  if (unseen) return { ...mapping, module: null, segments: null, parts: null };
  const name = (index: number | null | undefined): string | null => (index == null ? null : names[index]!);
  const parts = mapping.parts.map(part => ({ ...part, module: name(part.module) }));
  return { ...mapping, module: name(mapping.module), parts };
}

/** What one of two sources tells and the other infers: then they agree if they mean the same kind. */
export const withoutGuesses = (report: ReportDocument, other: ReportDocument): ReportDocument => ({
  ...report,
  mappings: report.mappings.map((mapping, i) =>
    mapping.inferred || other.mappings[i]?.inferred ? { ...mapping, ...UNTOLD } : mapping,
  ),
});

/** As null in a place where documents have none. */
const UNTOLD = { inferred: null, explanation: null } as unknown as Pick<
  MappingDocument,
  'inferred' | 'explanation'
>;

/**
 * Where `poorer` says something else than `full`, one line a place. Null and '?' say nothing. `known` are the paths
 * of members that may differ, "*" for any index or name in them.
 */
export function disagreements(full: Json, poorer: Json, known: readonly string[]): string[] {
  const found: string[] = [];
  compare(full, poorer, [], path => known.some(pattern => matches(path, pattern.split('.'))), found);
  return found;
}

const matches = (path: readonly string[], pattern: readonly string[]): boolean =>
  path.length === pattern.length && pattern.every((word, i) => word === '*' || word === path[i]);

function compare(
  full: Json | undefined,
  poorer: Json | undefined,
  path: readonly string[],
  isKnown: (path: readonly string[]) => boolean,
  found: string[],
): void {
  if (poorer === null || full === poorer || isKnown(path)) return;
  if (typeof full === 'string' && typeof poorer === 'string' && agreesButForGaps(full, poorer)) return;
  if (isObject(full) && isObject(poorer)) {
    for (const key of new Set([...Object.keys(full), ...Object.keys(poorer)]))
      compare(full[key], poorer[key], [...path, key], isKnown, found);
    return;
  }
  found.push(`${path.join('.')}: ${excerpt(full)} is told as ${excerpt(poorer)}`);
}

const excerpt = (value: Json | undefined): string => (JSON.stringify(value) ?? 'nothing').slice(0, 200);

/** "r-xp" and "r-x?". */
const agreesButForGaps = (full: string, poorer: string): boolean =>
  poorer.includes('?') &&
  full.length === poorer.length &&
  [...poorer].every((char, i) => char === '?' || char === full[i]);

/** Lists too, whose keys are their indices. */
const isObject = (value: Json | undefined): value is { readonly [key: string]: Json | undefined } =>
  typeof value === 'object' && value !== null;

/** Without folders, which pmap leaves out. */
export function withBaseNames(report: ReportDocument): ReportDocument {
  const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  return {
    ...report,
    mappings: report.mappings.map(mapping => ({ ...mapping, path: mapping.path && baseName(mapping.path) })),
    modules: report.modules.map(module => ({ ...module, path: baseName(module.path) })),
  };
}

/** Figures that a form has no column for are not told, and names such as [heap] that plain pmap has none for neither. */
export const withoutMissing = (report: ReportDocument, fullest: ReportDocument): ReportDocument => ({
  ...report,
  mappings: report.mappings.map((mapping, i) => {
    const full = fullest.mappings[i]!;
    const none = Object.fromEntries(Object.keys(full.memory ?? {}).map(name => [name, null]));
    const named = mapping.path === full.path ? {} : { kind: null, inferred: null, explanation: null };
    const memory = mapping.memory && { ...none, ...mapping.memory };
    const unseen = full.kind === 'vdso' ? { segments: null, parts: null } : {};
    return { ...mapping, ...named, ...unseen, memory } as unknown as MappingDocument;
  }),
});
