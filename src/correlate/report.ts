/** Capture → Report: places the modules, explains every mapping by them, names what is not as predicted. */
import type { Capture } from '../model/capture.ts';
import type { Module, Piece } from '../model/module.ts';
import type { Mapping, Report } from '../model/report.ts';
import { claimMappings } from './claims.ts';
import { type ModuleState, missingPieces } from './deviations.ts';
import { Effort } from './effort.ts';
import { type Context, explainMapping } from './explain-mapping.ts';
import { ImageMap, RecentMap } from './image-map.ts';
import { isJustStarted } from './just-started.ts';
import { relroRanges } from './layout.ts';
import { findMainStack } from './main-stack.ts';
import { type PlacedModule, placeModules } from './modules.ts';
import { allWritable, relroState, stackRequest } from './relro.ts';
import { notesOf } from './report-notes.ts';
import { findRoles, readImpliesExec } from './roles.ts';
import { VmaIndex } from './vma-index.ts';

/** Explains a process. Pure; never throws on evidence, however odd. */
export function correlate(capture: Capture): Report {
  const index = new VmaIndex(capture.vmas);
  const effort = new Effort();
  const roles = findRoles(capture, index);
  const impliesExec = readImpliesExec(capture);
  const placed = placeModules(capture, roles, impliesExec, index, effort);
  const claims = claimMappings(capture, placed, index, effort);
  const recent = new RecentMap();
  const states = placed.map((module, m) => stateOf(module, m, index, effort, recent));
  const moduleOfFile = new Map<number, number>();
  placed.forEach(({ file }, m) => {
    if (file !== null && !moduleOfFile.has(file)) moduleOfFile.set(file, m);
  });
  const { vmas } = capture;
  const mainStack = findMainStack(vmas);
  const context: Context = { capture, index, claims, states, moduleOfFile, mainStack, effort };
  const mappings = new Array<Mapping>(vmas.length);
  for (let i = 0; i < vmas.length; i++) mappings[i] = explainMapping(context, vmas[i]!, i);
  const modules = placed.map((module, m) => finishModule(module, m, states[m]!, context));
  const justStarted = isJustStarted(states, mappings);
  return {
    capture,
    mappings,
    modules,
    justStarted,
    libraryLoader: roles.libraryLoader,
    readImpliesExec: impliesExec,
    findings: [],
    notes: notesOf(capture, effort, placed, justStarted, modules, moduleOfFile),
  };
}

function stateOf(
  placed: PlacedModule,
  m: number,
  index: VmaIndex,
  effort: Effort,
  recent: RecentMap,
): ModuleState | null {
  const { placement, image, loader, rules } = placed;
  if (!placement || image.status !== 'read') return null;
  const ranges = relroRanges(image.elf, placement.bias, rules);
  const { elf } = image;
  let executable: boolean | null = null;
  const known = effort.take('sections', elf.sections.length)
    ? elf
    : { ...elf, sections: [], sectionsFrom: 'rebuilt' as const };
  return {
    placed,
    image: new ImageMap(known, placement.bias, m, loader, rules.pageSize, recent),
    relro: { ranges, allWritable: allWritable(ranges, index) },
    anyExecutable: () => (executable ??= isExecutable(placement.pieces, index)),
  };
}

/** Is any mapping executable in which a piece lies? */
const isExecutable = (pieces: readonly Piece[], index: VmaIndex): boolean =>
  pieces.some(piece => index.overlapping(piece).some(i => index.vmas[i]!.permissions[2] !== '-'));

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
