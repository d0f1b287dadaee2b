/** Capture → Report: places the modules, explains every mapping by them, names what is not as predicted. */
import type { Capture, Note } from '../model/capture.ts';
import type { Deviation, Module } from '../model/module.ts';
import type { Mapping, Part, Report } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import { type Claim, claimMappings, contentsWithin } from './claims.ts';
import { deviationsOf, type ModuleState, missingPieces } from './deviations.ts';
import { Effort } from './effort.ts';
import { ImageMap } from './image-map.ts';
import { kindOf } from './kinds.ts';
import { relroRanges } from './layout.ts';
import { type PlacedModule, placeModules } from './modules.ts';
import { allWritable, relroState, stackRequest } from './relro.ts';
import { VmaIndex } from './vma-index.ts';

/** What all mappings are explained by. */
interface Context {
  readonly capture: Capture;
  readonly index: VmaIndex;
  readonly claims: ReadonlyMap<number, readonly Claim[]>;
  /** null for a module whose image is unavailable. */
  readonly states: readonly (ModuleState | null)[];
  /** First module of each file. */
  readonly moduleOfFile: ReadonlyMap<number, number>;
  readonly effort: Effort;
}

/** Explains a process. Pure; never throws on evidence, however odd. */
export function correlate(capture: Capture): Report {
  const index = new VmaIndex(capture.vmas);
  const effort = new Effort();
  const placed = placeModules(capture, index, effort);
  const claims = claimMappings(capture, placed, index, effort);
  const executable = executableModules(capture, claims);
  const states = placed.map((module, m) => stateOf(module, m, index, executable.has(m), effort));
  const moduleOfFile = new Map<number, number>();
  placed.forEach(({ file }, m) => {
    if (file !== null && !moduleOfFile.has(file)) moduleOfFile.set(file, m);
  });
  const context: Context = { capture, index, claims, states, moduleOfFile, effort };
  const mappings = capture.vmas.map((vma, i) => explainMapping(context, vma, i));
  const modules = placed.map((module, m) => finishModule(module, m, states[m]!, context));
  return {
    capture,
    mappings,
    modules,
    findings: [],
    notes: [
      ...capture.notes,
      ...effort.notes(),
      ...processNotes(placed),
      ...justStarted(mappings, modules),
      ...moduleNotes(modules),
      ...unplacedNotes(capture, moduleOfFile),
    ],
  };
}

function executableModules(capture: Capture, claims: ReadonlyMap<number, readonly Claim[]>): Set<number> {
  const executable = new Set<number>();
  for (const [i, list] of claims)
    if (capture.vmas[i]!.permissions[2] !== '-') for (const { module } of list) executable.add(module);
  return executable;
}

function stateOf(
  placed: PlacedModule,
  m: number,
  index: VmaIndex,
  anyExecutable: boolean,
  effort: Effort,
): ModuleState | null {
  const { placement, image, loader, rules } = placed;
  if (!placement || image.status !== 'read') return null;
  const ranges = relroRanges(image.elf, placement.bias, rules);
  const { elf } = image;
  const known = effort.take('sections', elf.sections.length)
    ? elf
    : { ...elf, sections: [], sectionsFrom: 'rebuilt' as const };
  return {
    placed,
    image: new ImageMap(known, placement.bias, m, loader, rules.pageSize),
    relro: { ranges, allWritable: allWritable(ranges, index) },
    anyExecutable,
  };
}

/** Shared by all mappings that have none: there may be 65,530. */
const NONE: readonly never[] = [];

function explainMapping(context: Context, vma: Vma, i: number): Mapping {
  const { capture, states } = context;
  const claims = context.claims.get(i);
  if (!claims) return unclaimed(context, vma, i, NONE);
  const deviations = deviationsOf(capture, i, claims, states, context.index);
  const own = withoutForeign(claims);
  if (own.length === 0) return unclaimed(context, vma, i, deviations);
  const { module } = own[0]!;
  let segments: number[] | null = null;
  let merged: number[] | null = null;
  let relro = false;
  let onlyBss = vma.file === null;
  let parts = 0;
  for (let c = 0; c < own.length; c++) {
    const claim = own[c]!;
    if (claim.module !== module) merged = withOther(merged, claim.module);
    parts += states[claim.module]!.image.mostParts(vma.start, vma.end);
    const contents = contentsWithin(claim.piece, vma);
    for (let j = 0; j < contents.length; j++) {
      const content = contents[j]!;
      if (content.role !== 'reservation') segments = withOther(segments, content.segment);
      if (content.role !== 'bss') onlyBss = false;
      if (content.relro) relro = true;
    }
  }
  const isVdso = states[module]!.placed.role === 'vdso';
  return new ModuleMapping(
    i,
    vma,
    isVdso ? 'vdso' : vma.name === '[heap]' ? 'heap' : onlyBss ? 'bss' : 'elf',
    module,
    segments ?? NONE,
    !relro || vma.permissions[1] === '?' ? null : vma.permissions[1] === 'w' ? 'not-in-force' : 'in-force',
    merged ?? NONE,
    deviations,
    context.effort.take('parts', parts) ? own : null,
    states,
  );
}

/** The list, with one more if that is another. Made with its first: an empty list that grows takes room for 17. */
function withOther(list: number[] | null, one: number): number[] {
  if (list === null) return [one];
  if (!list.includes(one)) list.push(one);
  return list;
}

function withoutForeign(claims: readonly Claim[]): readonly Claim[] {
  for (let i = 0; i < claims.length; i++)
    if (claims[i]!.backing === 'foreign') return claims.filter(({ backing }) => backing !== 'foreign');
  return claims;
}

/** A mapping in which predicted pieces lie. Its parts are many, and hardly anybody asks twice: they are not kept. */
class ModuleMapping implements Mapping {
  readonly index: number;
  readonly vma: Vma;
  readonly kind: Mapping['kind'];
  readonly module: number;
  readonly segments: readonly number[];
  readonly relro: Mapping['relro'];
  readonly merged: readonly number[];
  readonly deviations: readonly Deviation[];
  /** null: too much work. */
  readonly #claims: readonly Claim[] | null;
  readonly #states: Context['states'];

  constructor(
    index: number,
    vma: Vma,
    kind: Mapping['kind'],
    module: number,
    segments: readonly number[],
    relro: Mapping['relro'],
    merged: readonly number[],
    deviations: readonly Deviation[],
    claims: readonly Claim[] | null,
    states: Context['states'],
  ) {
    this.index = index;
    this.vma = vma;
    this.kind = kind;
    this.module = module;
    this.segments = segments;
    this.relro = relro;
    this.merged = merged;
    this.deviations = deviations;
    this.#claims = claims;
    this.#states = states;
  }

  get inferred(): boolean {
    return false;
  }

  get parts(): readonly Part[] {
    const { vma, module } = this;
    return this.#claims ? partsOf(vma, this.#claims, this.#states) : undivided(vma, module);
  }
}

/** A mapping in which no predicted piece lies. */
function unclaimed(context: Context, vma: Vma, index: number, found: readonly Deviation[]): Mapping {
  const { capture, states, moduleOfFile } = context;
  let { kind, inferred } = kindOf(capture, index);
  let module: number | null = null;
  let deviations = found;
  const again = vma.file === null ? undefined : moduleOfFile.get(vma.file);
  if (kind === 'stack' && vma.permissions[2] === 'x' && asksForPlainStack(states))
    deviations = [...found, { code: 'stack-executable' }];
  else if (again !== undefined) {
    const state = states[again];
    if (state) {
      const sections = vma.offset === null ? NONE : state.image.sectionNamesAt(vma.offset, sizeOf(vma));
      deviations = [...found, { code: 'mapped-again', module: again, sections }];
    } else {
      // The file's headers are not known; the mapping is the module's all the same.
      kind = 'elf';
      module = again;
    }
  }
  return module === null && deviations.length === 0
    ? new LoneMapping(index, vma, kind, inferred)
    : {
        index,
        vma,
        kind,
        inferred,
        module,
        deviations,
        segments: NONE,
        relro: null,
        merged: NONE,
        parts: NONE,
      };
}

/** A mapping of which there is nothing to say but what it is. There may be 65,530: what they have in common is kept once. */
class LoneMapping implements Mapping {
  readonly index: number;
  readonly vma: Vma;
  readonly kind: Mapping['kind'];
  readonly inferred: boolean;

  constructor(index: number, vma: Vma, kind: Mapping['kind'], inferred: boolean) {
    this.index = index;
    this.vma = vma;
    this.kind = kind;
    this.inferred = inferred;
  }

  get module(): null {
    return null;
  }
  get relro(): null {
    return null;
  }
  get segments(): readonly never[] {
    return NONE;
  }
  get merged(): readonly never[] {
    return NONE;
  }
  get parts(): readonly never[] {
    return NONE;
  }
  get deviations(): readonly never[] {
    return NONE;
  }
}

/** GNU_STACK of the executable without execute permission. */
function asksForPlainStack(states: Context['states']): boolean {
  const image = states.find(state => state?.placed.role === 'executable')?.placed.image;
  return image?.status === 'read' && stackRequest(image.elf).declared === 'rw';
}

/** Parts that cover the mapping exactly: the pieces' own, and anonymous memory that the kernel merged in. */
function partsOf(vma: Vma, own: readonly Claim[], states: Context['states']): Part[] {
  const parts: Part[] = [];
  let cursor = vma.start;
  const fill = (end: Vma['start']): void => {
    if (cursor >= end) return;
    const kind = vma.file === null ? 'anonymous' : 'padding';
    parts.push({ kind, name: null, section: null, module: null, start: cursor, end });
  };
  for (let i = 0; i < own.length; i++) {
    const { module, piece } = own[i]!;
    const { image } = states[module]!;
    const contents = contentsWithin(piece, vma);
    for (let j = 0; j < contents.length; j++) {
      const content = contents[j]!;
      const end = content.end < vma.end ? content.end : vma.end;
      if (end <= cursor) continue;
      const start = content.start > cursor ? content.start : cursor;
      fill(start);
      const offset = piece.offset === null ? null : piece.offset + (start - piece.start);
      image.addParts(parts, content, start, end, offset);
      cursor = end;
    }
  }
  fill(vma.end);
  return parts;
}

const undivided = ({ start, end }: Vma, module: number): Part[] => [
  { kind: 'unnamed', name: null, section: null, module, start, end },
];

function finishModule(
  placed: PlacedModule,
  index: number,
  state: ModuleState | null,
  { index: vmas, effort }: Context,
): Module {
  const { path, file, image, role, loader, placement } = placed;
  const elf = image.status === 'read' ? image.elf : null;
  return {
    index,
    path,
    file,
    image,
    role,
    loader,
    placement,
    relro:
      elf && placement
        ? relroState(elf, placement, vmas)
        : { declared: 'unknown', inForce: 'unknown', requested: null, protected: [] },
    stack: elf && stackRequest(elf),
    deviations: state ? missingPieces(state, vmas, effort) : [],
  };
}

function processNotes(placed: readonly PlacedModule[]): Note[] {
  if (!placed.some(({ rules }) => rules.readImpliesExec)) return [];
  const message = 'READ_IMPLIES_EXEC is on: whatever the process maps readable is executable as well';
  return [{ code: 'read-implies-exec', message }];
}

/** Before the loader has run, RELRO is applied nowhere and there is no heap yet: that is no fault of anybody's. */
function justStarted(mappings: readonly Mapping[], modules: readonly Module[]): Note[] {
  if (!modules.some(({ role }) => role === 'interpreter')) return [];
  const asked = modules.filter(({ relro }) => relro.requested !== null);
  const applied = asked.some(({ relro }) => relro.inForce !== 'no');
  if (asked.length === 0 || applied || mappings.some(({ kind }) => kind === 'heap')) return [];
  const message =
    'the process has just been started: its loader has not finished, and RELRO is applied nowhere yet';
  return [{ code: 'just-started', message }];
}

/** What is wrong with files that are mapped as code and yet are nowhere what their headers say. */
function unplacedNotes({ files, vmas }: Capture, moduleOfFile: ReadonlyMap<number, number>): Note[] {
  const unplaced = new Set<number>();
  for (const { file, permissions } of vmas)
    if (file !== null && !moduleOfFile.has(file) && permissions[2] === 'x' && permissions[3] !== 's')
      unplaced.add(file);
  return [...unplaced].flatMap(file => {
    const { path, image } = files[file]!;
    const flaws = image.status === 'read' ? image.candidates[0]!.elf.flaws : [];
    return flaws.map(flaw => ({ code: 'malformed-elf', message: `${path}: ${flaw}` }));
  });
}

function moduleNotes(modules: readonly Module[]): Note[] {
  const notes: Note[] = [];
  for (const { path, image } of modules) {
    if (image.status === 'unavailable') {
      notes.push({
        code: 'image-unavailable',
        message: `${path}: ${image.message}; its segments and sections are unknown`,
      });
      continue;
    }
    for (const flaw of image.elf.flaws) notes.push({ code: 'malformed-elf', message: `${path}: ${flaw}` });
    // Where nothing but a file's headers is at hand, whoever found them says so.
    if (image.elf.sectionsFrom === 'rebuilt' && image.elf.fileSize !== null)
      notes.push({
        code: 'no-section-headers',
        message: `${path} has no section headers; sections are known only as far as segments and the dynamic table tell`,
      });
  }
  return notes;
}
