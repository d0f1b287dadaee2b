/**
 * What lives in a mapping, in a few words: "LOAD 5, RELRO: .init_array .dynamic .got, 24 bytes of .got.plt".
 * Ghosts, padding and zeroes stay quiet here; `--format sections` shows them.
 */

import { sectionAt } from '../model/elf.ts';
import type { Mapping, Part, Report } from '../model/report.ts';
import { baseName } from '../model/text.ts';
import { atBias, sizeOf } from '../model/units.ts';
import { deviationShort } from './deviation-words.ts';
import { printable } from './printable.ts';
import { amount } from './units.ts';

export interface Contents {
  /** "LOAD 5, RELRO", "brk heap", … */
  readonly head: string;
  /** Names in address order, with how much where a section is cut by the mapping. */
  readonly items: readonly string[];
  /** Deviations, one phrase each. */
  readonly alerts: readonly string[];
}

const NONE: readonly never[] = [];

/** Describes one mapping. */
export function contentsOf(report: Report, mapping: Mapping): Contents {
  const { deviations } = mapping;
  const alerts =
    deviations.length === 0 ? NONE : deviations.map(deviation => deviationShort(deviation, report));
  if (mapping.module === null) return { head: loneHead(mapping), items: NONE, alerts };
  return { head: moduleHead(report, mapping), items: itemsOf(report, mapping), alerts };
}

function moduleHead(report: Report, mapping: Mapping): string {
  const module = report.modules[mapping.module!]!;
  if (module.image.status === 'unavailable') return `segments unknown: ${printable(module.image.message)}`;
  if (mapping.kind === 'vdso') return 'vDSO, code from the kernel';
  const { segments } = mapping;
  const loads =
    segments.length === 1 ? `LOAD ${segments[0]}` : segments.map(index => `LOAD ${index}`).join(' + ');
  const relro =
    mapping.relro === null ? '' : mapping.relro === 'in-force' ? ', RELRO' : ', RELRO not in force';
  if (segments.length === 0) return 'hole between segments, reserved by the loader';
  return mapping.kind === 'bss' ? `anonymous tail of ${loads}${relro}` : `${loads}${relro}`;
}

function itemsOf(report: Report, mapping: Mapping): string[] {
  const items: string[] = [];
  const parts = mapping.residents;
  let headers = 0;
  let anonymous = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.kind === 'elf-header' || part.kind === 'program-headers') headers++;
    else if (part.kind === 'section') items.push(sectionItem(report, part, mapping));
    else if (part.kind === 'anonymous') anonymous += sizeOf(part);
    else if (part.kind === 'unnamed' && sizeOf(part) > 64)
      items.push(`${amount(sizeOf(part))} of unknown sections`);
  }
  if (headers > 0) items.unshift(headers > 1 ? 'ELF and program headers' : 'ELF header');
  if (anonymous > 0) items.push(`${amount(anonymous)} of other anonymous memory`);
  return items;
}

/** The name; where the mapping holds only a part of the section, how much of it. */
function sectionItem(report: Report, part: Part, mapping: Mapping): string {
  const label = printable(part.name ?? '') || `section ${part.section}`;
  if (part.whole && part.module === mapping.module) return label;
  const module = report.modules[part.module!]!;
  const image = module.image.status === 'read' ? module.image.elf : null;
  const section = image && part.section !== null ? sectionAt(image, part.section) : undefined;
  const name = part.module === mapping.module ? label : `${label} of ${printable(baseName(module.path))}`;
  if (!section || part.whole) return name;
  const begins = module.placement !== null && part.start === atBias(module.placement.bias, section.vaddr);
  return begins ? `${amount(sizeOf(part))} of ${name}` : `rest of ${name}`;
}

function loneHead({ kind, inferred, vma }: Mapping): string {
  const probably = inferred ? 'probably ' : '';
  switch (kind) {
    case 'heap':
      return 'brk heap';
    case 'stack':
      return `${probably}stack of the main thread`;
    case 'thread-stack':
      return `${probably}stack of a thread`;
    case 'malloc-arena':
      return vma.permissions.startsWith('---')
        ? `${probably}reserve of a malloc arena`
        : `${probably}malloc arena`;
    case 'guard':
      return `${probably}guard below the mapping above it`;
    case 'vdso':
      return 'vDSO, code from the kernel';
    case 'vvar':
      return 'kernel data for the vDSO';
    case 'vsyscall':
      return 'legacy system-call page';
    case 'shared-memory':
      return 'shared memory';
    case 'memfd':
      return 'memory file (memfd)';
    case 'device':
      return 'device';
    case 'file':
      return vma.permissions[3] === 's'
        ? 'file, shared'
        : vma.permissions[2] === 'x'
          ? 'code of a file'
          : 'file data';
    case 'special':
      return 'made by the kernel';
    default:
      return inferred ? 'probably heap of Go' : 'anonymous memory';
  }
}
