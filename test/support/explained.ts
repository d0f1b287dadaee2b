/** Reports of live processes, and what their parts say about the sections of every module. */

import { correlate } from '../../src/correlate/report.ts';
import type { ElfFile } from '../../src/model/elf.ts';
import type { Module } from '../../src/model/module.ts';
import type { Report } from '../../src/model/report.ts';
import { type Address, atBias, type Range } from '../../src/model/units.ts';
import { captureLive } from '../../src/source/live.ts';

export const explainPid = (pid: number, depth: ElfFile['depth'] = 'full'): Report =>
  correlate(captureLive(pid, depth));

/** A section of one loaded module at its run-time place. */
export interface PlacedSection extends Range {
  readonly name: string;
  /** The module's path; `[vdso]` for the vDSO. */
  readonly path: string;
  /** Laid out in every thread's block and at no address of the image (.tbss). */
  readonly threadLocalZeroes: boolean;
}

/** Every allocated section of every module, from the section headers and the load bias alone; also empty ones. */
export function sectionsByHeaders({ modules }: Report): PlacedSection[] {
  return modules.flatMap(module =>
    allocated(module).map(section => {
      const start = atBias(module.placement!.bias, section.vaddr);
      const threadLocalZeroes = section.type === 'NOBITS' && section.flags.includes('T');
      const end = (start + section.size) as Address;
      return { start, end, name: section.name, path: module.path, threadLocalZeroes };
    }),
  );
}

const allocated = ({ image }: Module) =>
  image.status === 'read' ? image.elf.sections.filter(({ flags }) => flags.includes('A')) : [];

/** The same, from the parts of all mappings: pieces that touch are joined, others stay apart. */
export function sectionsByParts({ mappings, modules }: Report): PlacedSection[] {
  const open = new Map<string, PlacedSection>();
  const closed: PlacedSection[] = [];
  for (const part of mappings.flatMap(({ parts }) => parts)) {
    if (part.kind !== 'section') continue;
    const key = `${part.module} ${part.section}`;
    const before = open.get(key);
    const joins = before?.end === part.start;
    if (before && !joins) closed.push(before);
    open.set(key, {
      start: joins ? before.start : part.start,
      end: part.end,
      name: part.name!,
      path: modules[part.module!]!.path,
      threadLocalZeroes: false,
    });
  }
  return [...closed, ...open.values()];
}

/** Those of them that take addresses: what the parts must make up. */
export const promisedSections = (report: Report): PlacedSection[] =>
  sectionsByHeaders(report).filter(section => !section.threadLocalZeroes && !isEmpty(section));

export const isEmpty = ({ start, end }: Range): boolean => start === end;

/** One line a section, in an order that does not depend on how they were found. */
export const sectionLines = (sections: readonly PlacedSection[]): string[] =>
  [
    ...new Set(sections.map(({ start, end, name, path }) => `${hex(start)}-${hex(end)} ${name} ${path}`)),
  ].sort();

const hex = (value: bigint): string => value.toString(16).padStart(16, '0');
