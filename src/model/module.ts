import type { Identity, UnavailableReason } from './capture.ts';
import type { ElfFile } from './elf.ts';
import type { Address, FileOffset, LoadBias, Range } from './units.ts';

/** Whose rules lay the image out: the kernel's, or those of the ld.so of glibc, of musl or of bionic. */
export type Loader = 'kernel' | 'glibc' | 'musl' | 'bionic';

/** One loaded instance of an ELF image. The same file loaded twice is two modules. */
export interface Module {
  readonly index: number;
  readonly path: string;
  /** Index into Capture.files; null for the [vdso]. */
  readonly file: number | null;
  readonly image: ModuleImage;
  readonly role: 'executable' | 'interpreter' | 'vdso' | 'library';
  readonly loader: Loader;
  /** null where the image is unavailable. */
  readonly placement: Placement | null;
  readonly relro: RelroState;
  readonly stack: StackRequest | null;
  /** Differences that belong to the module as a whole, or to a place where no mapping is. */
  readonly deviations: readonly Deviation[];
}

export type ModuleImage =
  | { readonly status: 'read'; readonly elf: ElfFile; readonly identity: Identity; readonly path: string }
  | { readonly status: 'unavailable'; readonly reason: UnavailableReason; readonly message: string };

export interface Placement {
  readonly bias: LoadBias;
  /** What the bias follows from: the auxiliary vector, or the fit of all mappings of the file together. */
  readonly from: 'auxv' | 'mappings' | 'headers';
  /** The mappings that the headers predict. */
  readonly pieces: readonly Piece[];
}

/** One mapping that the headers predict: the loader's calls simulated, neighbours merged as the kernel does. */
export interface Piece extends Range {
  /** r w x, or '-', three characters. */
  readonly protection: string;
  /** File offset of `start`; null for anonymous memory. */
  readonly offset: FileOffset | null;
  /** What the piece is made of, in address order, without gaps. */
  readonly contents: readonly Content[];
}

/** A part of a piece that one action of the loader made. */
export interface Content extends Range {
  readonly role: 'segment' | 'bss' | 'reservation';
  /** Program-header index of the PT_LOAD; for a reservation, of the one whose mapping made it. */
  readonly segment: number;
  /** Made read-only as GNU_RELRO. */
  readonly relro: boolean;
}

export interface RelroState {
  /** 'unknown' only where the headers were not read in full. */
  readonly declared: 'full' | 'partial' | 'none' | 'not-applicable' | 'unknown';
  readonly inForce: 'yes' | 'no' | 'partly' | 'unknown' | 'not-applicable';
  /** As PT_GNU_RELRO asks, to the byte; null where there is none. */
  readonly requested: Range | null;
  /** Where within `requested` the kernel forbids writing. */
  readonly protected: readonly Range[];
}

/** What the last PT_GNU_STACK asks for. */
export interface StackRequest {
  readonly declared: 'rw' | 'rwx' | 'absent';
  readonly header: boolean;
}

/** A difference between what the headers predict and what is there, with the facts that name it. */
export type Deviation =
  | { readonly code: 'relro-not-applied'; readonly range: Range }
  | { readonly code: 'relro-partly-undone'; readonly range: Range; readonly sections: readonly string[] }
  | {
      readonly code: 'split-by-mprotect';
      readonly predicted: string;
      readonly actual: string;
      readonly sections: readonly string[];
    }
  | { readonly code: 'split-by-flags'; readonly flags: readonly string[] | null }
  | { readonly code: 'bss-merged'; readonly bytes: number }
  | { readonly code: 'merged'; readonly bytes: number }
  | { readonly code: 'remapped-anonymous'; readonly hugePages: boolean }
  | { readonly code: 'mapped-over'; readonly module: number; readonly sections: readonly string[] }
  | { readonly code: 'mapped-again'; readonly module: number; readonly sections: readonly string[] }
  | {
      readonly code: 'unmapped';
      readonly range: Range;
      readonly sections: readonly string[];
      readonly movedTo: Address | null;
    }
  | { readonly code: 'execute-missing' }
  | { readonly code: 'text-modified'; readonly bytes: number }
  | { readonly code: 'labelled-heap' }
  | { readonly code: 'beyond-end-of-file'; readonly range: Range }
  | { readonly code: 'stack-executable' };
