/** An ELF file by itself → the Capture of a process that has just this file loaded, as its headers predict it. */

import { type Capture, type Note, type ProcessFacts, READ_IMPLIES_EXEC } from '../model/capture.ts';
import { type ElfFile, isProgram } from '../model/elf.ts';
import type { Loader, Piece } from '../model/module.ts';
import { mergeSpans, overlap } from '../model/spans.ts';
import { baseName } from '../model/text.ts';
import {
  atBias,
  fileOffset,
  hex,
  type LoadBias,
  pageDown,
  pageUp,
  type Range,
  sizeOf,
} from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import { loadsOf, predictLayout, relroRanges } from './layout.ts';
import { predictedBias } from './load-address.ts';
import { whyUnmappable } from './mappable.ts';
import { stackRequest } from './relro.ts';
import { loaderOfLibrary } from './roles.ts';

export interface Prediction {
  readonly elf: ElfFile;
  /** One char a byte; null: standard input. */
  readonly path: string | null;
  /** In bytes, a power of two. */
  readonly pageSize: number;
  readonly pageSizeFrom: 'option' | 'assumed';
}

/** Predicts the mappings of a file that was read in full, or says why nothing can map it. */
export function predictCapture({ elf, path, pageSize, pageSizeFrom }: Prediction): Capture | { why: string } {
  const program = isProgram(elf) || isInterpreter(elf, path);
  const libraryLoader = loaderOfLibrary(elf);
  const loader = program ? 'kernel' : libraryLoader;
  const why = whyUnmappable(elf, loader, pageSize);
  if (why !== null) return { why };
  const bias = predictedBias(elf, program, pageSize);
  const readImpliesExec = program && impliesExec(elf);
  const rules = { loader, pageSize, relro: true, relroRoundsUp: libraryLoader === 'bionic', readImpliesExec };
  const pieces = predictLayout(elf, bias, rules);
  const name = path ?? '(standard input)';
  const facts: ProcessFacts = {
    pid: null,
    command: null,
    executable: program ? name : null,
    executableFile: program ? 0 : null,
    pageSize,
    pageSizeFrom,
    state: 'running',
    personality: readImpliesExec ? READ_IMPLIES_EXEC : 0,
    randomizeVaSpace: 0,
    stackPointers: [],
  };
  const entry = program ? atBias(bias, elf.entry) : null;
  return {
    origin: { kind: 'elf', variant: null, path },
    process: facts,
    vmas: pieces.map(piece => toVma(piece, name)),
    figureNames: [],
    auxv: entry === null ? null : { pageSize: null, base: null, entry, sysinfoEhdr: null },
    files: [
      {
        path: name,
        deleted: false,
        device: null,
        inode: null,
        image: { status: 'read', candidates: [{ elf, path: name, identity: 'inode' }] },
      },
    ],
    vdso: null,
    notes: [
      predictedNote(elf, loader, bias, pageSize),
      ...overlapNotes(elf, pageSize),
      ...relroNotes(relroRanges(elf, bias, rules), pieces),
    ],
  };
}

/** ld-linux-x86-64.so.2, ld64.so.2, ld.so.1, ld-musl-x86_64.so.1; musl's is its C library too. */
const LOADER = /^(ld[-.].*|ld64)\.so\b|^libc\.musl-/;

/** A dynamic loader, which the kernel maps although it looks like a library. musl's has no name but the file's. */
function isInterpreter(elf: ElfFile, path: string | null): boolean {
  return elf.interpreter === null && LOADER.test(elf.dynamic?.soname ?? baseName(path ?? ''));
}

/**
 * An i386 or 32-bit Arm program without PT_GNU_STACK gets READ_IMPLIES_EXEC (kernel arch/x86/include/asm/elf.h,
 * arch/arm/kernel/elf.c).
 */
function impliesExec(elf: ElfFile): boolean {
  return (elf.machine === 'i386' || elf.machine === 'arm') && stackRequest(elf).declared === 'absent';
}

function toVma(piece: Piece, name: string): Vma {
  return {
    start: piece.start,
    end: piece.end,
    permissions: `${piece.protection}p`,
    offset: piece.offset ?? fileOffset(0n),
    device: null,
    inode: null,
    name: piece.offset === null ? '' : name,
    figures: null,
    vmFlags: null,
    file: piece.offset === null ? null : 0,
  };
}

const RULES: Readonly<Record<Loader, string>> = {
  kernel: 'the kernel',
  glibc: "glibc's ld.so",
  musl: "musl's ld.so",
  bionic: "bionic's linker",
};

function predictedNote(elf: ElfFile, loader: Loader, bias: LoadBias, pageSize: number): Note {
  const place =
    elf.type === 'EXEC'
      ? 'at its fixed addresses'
      : bias === 0n
        ? 'at load bias 0 (where there is room decides)'
        : `at load bias ${hex(bias)}, as without randomisation`;
  const relro = elf.programHeaders.some(({ type }) => type === 'GNU_RELRO')
    ? elf.interpreter === null && loader === 'kernel'
      ? ', after relocation (static programs of musl never protect GNU_RELRO)'
      : ', after relocation'
    : '';
  return {
    code: 'predicted',
    message: `no process: every mapping is predicted from the file's headers by the rules of ${RULES[loader]}, for pages of ${pageSize >> 10} KiB, ${place}${relro}; heap, stacks, libraries and what neighbours merge with are not part of it`,
  };
}

/** mprotect(2) fails where it meets a page that is not mapped, and who applies RELRO gives up then. */
function relroNotes(ranges: readonly Range[], pieces: readonly Piece[]): Note[] {
  const mapped = mergeSpans(pieces);
  const bytes = ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  if (overlap(ranges, mapped) === bytes) return [];
  const message =
    'GNU_RELRO reaches into pages that are not mapped, so protecting it fails, and glibc ends the program at its start: cannot apply additional memory protection after relocation';
  return [{ code: 'relro-unmapped', message }];
}

/** Linked for smaller pages, segments may begin in a page in which another ends; the later one in the table is mapped over it. */
function overlapNotes(elf: ElfFile, pageSize: number): Note[] {
  const loads = loadsOf(elf);
  return loads.slice(1).flatMap((load, i) => {
    const before = loads[i]!;
    const shared = pageUp(before.vaddr + before.memsz, pageSize) > pageDown(load.vaddr, pageSize);
    const disjoint = before.vaddr + before.memsz <= load.vaddr;
    const message = `LOAD ${before.index} and ${load.index} share a page of ${pageSize >> 10} KiB, which gets the permissions of the latter: the file was linked for smaller pages and will hardly run`;
    return shared && disjoint ? { code: 'segments-share-page', message } : [];
  });
}
