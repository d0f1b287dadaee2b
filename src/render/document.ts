/** Report → the JSON document that the schema fixes. */
import type { Note } from '../model/capture.ts';
import type {
  DeviationDocument,
  MappingDocument,
  ModuleDocument,
  NoteDocument,
  PartDocument,
  ProcessDocument,
  RangeDocument,
  ReportDocument,
} from '../model/document.ts';
import type { Deviation, Module } from '../model/module.ts';
import type { Mapping, Part, Report } from '../model/report.ts';
import { sectionsOfSegments } from '../model/section-to-segment.ts';
import { hex, type Range, sizeOf } from '../model/units.ts';
import { VERSION } from '../model/version.ts';
import type { Figures } from '../model/vma.ts';
import { deviationSentence } from './deviation-words.ts';
import { explain } from './explanation.ts';
import { findingDocument } from './finding-document.ts';
import { lossless } from './printable.ts';
import { totalsOf } from './totals.ts';

/** The whole document. */
export function toDocument(report: Report): ReportDocument {
  return {
    ...documentHead(report),
    mappings: report.mappings.map(mapping => mappingDocument(report, mapping)),
    modules: report.modules.map(module => moduleDocument(report, module)),
    totals: totalsOf(report),
    findings: report.findings.map(findingDocument),
    notes: report.notes.map(noteDocument),
  };
}

/** The members before `mappings`. */
export function documentHead(
  report: Report,
): Pick<ReportDocument, 'format' | 'version' | 'tool' | 'origin' | 'process'> {
  const { origin } = report.capture;
  return {
    format: 'vmaexplain-report',
    version: 1,
    tool: { name: 'vmaexplain', version: VERSION },
    origin: { ...origin, path: origin.path === null ? null : lossless(origin.path) },
    process: processDocument(report),
  };
}

export const noteDocument = ({ code, message }: Note): NoteDocument => ({ code, message: lossless(message) });

function processDocument({ capture, modules }: Report): ProcessDocument {
  const { process } = capture;
  const known = [modules.find(({ role }) => role === 'executable'), ...modules].find(
    module => module?.image.status === 'read',
  );
  const elf = known?.image.status === 'read' ? known.image.elf : null;
  return {
    pid: process.pid,
    command: process.command === null ? null : lossless(process.command),
    executable: process.executable === null ? null : lossless(process.executable),
    machine: elf?.machine ?? null,
    class: elf?.class ?? null,
    byteOrder: elf?.byteOrder ?? null,
    pageSize: process.pageSize,
    pageSizeFrom: process.pageSizeFrom,
    state: process.state,
  };
}

/** One mapping, as it stands in `mappings` and, flattened, in ndjson. */
export function mappingDocument(report: Report, mapping: Mapping): MappingDocument {
  const { vma, index, kind, inferred, module, segments, relro } = mapping;
  const file = vma.file === null ? null : report.capture.files[vma.file]!;
  const name = file?.path ?? vma.name;
  return {
    index,
    ...rangeDocument(vma),
    size: sizeOf(vma),
    permissions: vma.permissions,
    offset: vma.offset === null ? null : hex(vma.offset),
    device: vma.device,
    inode: vma.inode,
    path: name === '' ? null : lossless(name),
    deleted: file?.deleted ?? false,
    kind,
    inferred,
    module,
    segments,
    relro,
    parts: mapping.parts.map(partDocument),
    memory: memoryOf(report, mapping),
    vmFlags: vma.vmFlags,
    explanation: explain(report, mapping),
    deviations: mapping.deviations.map(deviation => deviationDocument(deviation, report)),
  };
}

type Memory = Record<string, number | null>;

/** Of figures that many mappings share. */
const MEMORY = new WeakMap<Figures, Memory>();

function memoryOf({ capture }: Report, { vma }: Mapping): Memory | null {
  const { figures } = vma;
  if (!figures) return null;
  let memory = MEMORY.get(figures);
  if (memory) return memory;
  memory = {};
  for (const [i, name] of capture.figureNames.entries()) memory[camelCase(name)] = figures[i] ?? null;
  MEMORY.set(figures, memory);
  return memory;
}

/** Known already, or not to be told from the letters alone. */
const CAMEL_CASE = new Map([['THPeligible', 'thpEligible']]);

/** "Shared_Clean" → "sharedClean", "Rss" → "rss", "MMUPageSize" → "mmuPageSize", "KSM" → "ksm". */
export function camelCase(name: string): string {
  let known = CAMEL_CASE.get(name);
  if (known === undefined) {
    const joined = name.replace(/_([A-Za-z])/g, (_, letter: string) => letter.toUpperCase());
    known = joined.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, start => start.toLowerCase());
    CAMEL_CASE.set(name, known);
  }
  return known;
}

const rangeDocument = ({ start, end }: Range): RangeDocument => ({ start: hex(start), end: hex(end) });

function partDocument(part: Part): PartDocument {
  return {
    kind: part.kind,
    ...(part.name === null ? {} : { name: lossless(part.name) }),
    ...(part.section === null ? {} : { section: part.section }),
    ...(part.module === null ? {} : { module: part.module }),
    ...rangeDocument(part),
    size: sizeOf(part),
  };
}

const deviationDocument = (deviation: Deviation, report: Report): DeviationDocument => ({
  code: deviation.code,
  message: deviationSentence(deviation, report),
});

/** One module, as it stands in `modules`. */
export function moduleDocument(report: Report, module: Module): ModuleDocument {
  const { image, relro, placement } = module;
  const elf = image.status === 'read' ? image.elf : null;
  const file = module.file === null ? null : report.capture.files[module.file]!;
  const held = elf ? sectionsOfSegments(elf) : [];
  return {
    index: module.index,
    path: lossless(module.path),
    device: file?.device ?? null,
    inode: file?.inode ?? null,
    buildId: elf?.buildId ?? null,
    image:
      image.status === 'read'
        ? { status: 'read', identity: image.identity, path: lossless(image.path) }
        : { status: 'unavailable', reason: image.reason, message: lossless(image.message) },
    role: module.role,
    loader: module.loader,
    type: elf?.type ?? null,
    machine: elf?.machine ?? null,
    loadBias: placement ? hex(placement.bias) : null,
    loadBiasFrom: placement?.from ?? null,
    segments:
      elf?.programHeaders.map((header, i) => ({
        index: header.index,
        type: header.type,
        flags: `${header.flags.read ? 'R' : ''}${header.flags.write ? 'W' : ''}${header.flags.execute ? 'X' : ''}`,
        offset: hex(header.offset),
        vaddr: hex(header.vaddr),
        filesz: Number(header.filesz),
        memsz: Number(header.memsz),
        align: Number(header.align),
        sections: held[i]!.map(({ name }) => lossless(name)),
      })) ?? [],
    sections:
      elf?.sections.map(section => ({
        index: section.index,
        name: lossless(section.name),
        type: section.type,
        flags: section.flags,
        vaddr: hex(section.vaddr),
        offset: hex(section.offset),
        size: Number(section.size),
      })) ?? [],
    sectionsFrom: elf?.sectionsFrom ?? null,
    relro: {
      declared: relro.declared,
      inForce: relro.inForce,
      requested: relro.requested && rangeDocument(relro.requested),
      protected: relro.protected.map(rangeDocument),
    },
    stack: module.stack,
    deviations: module.deviations.map(deviation => deviationDocument(deviation, report)),
  };
}
