import type { Capture, Note } from './capture.ts';
import type { Finding } from './finding.ts';
import type { Deviation, Loader, Module } from './module.ts';
import type { Range } from './units.ts';
import type { Vma } from './vma.ts';

/** The answer: every mapping of a process, explained. Holds facts; words are made when it is rendered. */
export interface Report {
  readonly capture: Capture;
  readonly mappings: readonly Mapping[];
  readonly modules: readonly Module[];
  /** Who loads libraries; 'glibc' where nothing tells. */
  readonly libraryLoader: Loader;
  /** READ_IMPLIES_EXEC (personality(2)): whatever is mapped readable is executable as well. */
  readonly readImpliesExec: boolean;
  /** Has its loader or start code not applied RELRO yet? */
  readonly justStarted: boolean;
  /** Filled by `check`. */
  readonly findings: readonly Finding[];
  /** The capture's notes and correlation's own. */
  readonly notes: readonly Note[];
}

export interface Mapping {
  readonly index: number;
  readonly vma: Vma;
  readonly kind: MappingKind;
  /** Is the kind an inference from shape and place, rather than told by the evidence? */
  readonly inferred: boolean;
  /** Index into Report.modules of the module that owns the mapping. */
  readonly module: number | null;
  /** Program-header indices of the module's PT_LOADs that live here. */
  readonly segments: readonly number[];
  /** Does the mapping lie in its module's GNU_RELRO range, and is that enforced here? */
  readonly relro: 'in-force' | 'not-in-force' | null;
  /** Other modules whose memory the kernel has merged in. */
  readonly merged: readonly number[];
  /** Cover the VMA exactly, in order, without overlap; [] where no module lives here. Worked out anew for each asking. */
  readonly parts: readonly Part[];
  /** Those of the parts that live here: no padding, zeroes, or bytes that are here because mappings are whole pages. */
  readonly residents: readonly Part[];
  readonly deviations: readonly Deviation[];
}

export type MappingKind =
  | 'elf'
  | 'bss'
  | 'heap'
  | 'stack'
  | 'thread-stack'
  | 'malloc-arena'
  | 'guard'
  | 'vdso'
  | 'vvar'
  | 'vsyscall'
  | 'anonymous'
  | 'shared-memory'
  | 'memfd'
  | 'device'
  | 'file'
  | 'special';

/** A stretch of a mapping with one meaning. */
export interface Part extends Range {
  readonly kind: PartKind;
  /** Of a section, ghost or unallocated part: the section's name. */
  readonly name: string | null;
  /** Section-table index. */
  readonly section: number | null;
  /** Is it all of what it is a part of, and not cut by the bounds of the mapping or by another part? */
  readonly whole: boolean;
  /** The module whose bytes these are; null for merged-in anonymous memory. */
  readonly module: number | null;
}

export type PartKind =
  | 'elf-header'
  | 'program-headers'
  | 'section-headers'
  | 'section'
  /** Bytes within a segment that no section claims. */
  | 'padding'
  /** Bytes within a segment of a file without section headers. */
  | 'unnamed'
  /** Zeroes between the segment's last byte and the end of its page, or beyond the end of the file's bytes. */
  | 'zero-fill'
  /** The file's bytes of a section whose live copy is elsewhere. */
  | 'ghost'
  /** The file's bytes of a section that is not part of the memory image (no SHF_ALLOC). */
  | 'unallocated'
  /** A PROT_NONE (musl: readable) hole between segments that the loader keeps. */
  | 'reservation'
  /** Anonymous memory of the process, merged with the module's by the kernel. */
  | 'anonymous';
