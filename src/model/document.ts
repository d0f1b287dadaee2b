/**
 * The report as it is written to JSON: version 1 of "vmaexplain-report". Addresses, offsets and inode numbers are
 * strings, because a double cannot hold 64 bits; sizes are numbers of bytes; null is unknown and never zero.
 * A byte of a name that is no UTF-8 is the lone surrogate U+DC00 + byte.
 */
import type { Identity, Origin, UnavailableReason } from './capture.ts';
import type { Deviation, RelroState, StackRequest } from './module.ts';
import type { MappingKind, PartKind } from './report.ts';

export interface ReportDocument {
  readonly format: 'vmaexplain-report';
  readonly version: 1;
  readonly tool: { readonly name: 'vmaexplain'; readonly version: string };
  readonly origin: Origin;
  readonly process: ProcessDocument;
  readonly mappings: readonly MappingDocument[];
  readonly modules: readonly ModuleDocument[];
  readonly totals: {
    readonly mappings: number;
    readonly size: number;
    readonly rss: number | null;
    readonly pss: number | null;
  };
  readonly findings: readonly Readonly<Record<string, unknown>>[];
  readonly notes: readonly NoteDocument[];
}

export interface ProcessDocument {
  readonly pid: number | null;
  readonly command: string | null;
  readonly executable: string | null;
  readonly machine: string | null;
  readonly class: 32 | 64 | null;
  readonly byteOrder: 'little' | 'big' | null;
  readonly pageSize: number;
  readonly pageSizeFrom: string;
  readonly state: string;
}

export interface RangeDocument {
  readonly start: string;
  readonly end: string;
}

export interface MappingDocument {
  readonly index: number;
  readonly start: string;
  readonly end: string;
  readonly size: number;
  readonly permissions: string;
  readonly offset: string | null;
  readonly device: string | null;
  readonly inode: string | null;
  readonly path: string | null;
  readonly deleted: boolean;
  readonly kind: MappingKind;
  /** Is the kind inferred from shape and place? */
  readonly inferred: boolean;
  readonly module: number | null;
  readonly segments: readonly number[];
  readonly relro: 'in-force' | 'not-in-force' | null;
  readonly parts: readonly PartDocument[];
  /** Every smaps figure in bytes, camelCase; null where the source has none. */
  readonly memory: Readonly<Record<string, number | null>> | null;
  readonly vmFlags: readonly string[] | null;
  readonly explanation: string;
  readonly deviations: readonly DeviationDocument[];
}

export interface PartDocument {
  readonly kind: PartKind;
  readonly name?: string;
  readonly section?: number;
  readonly module?: number;
  readonly start: string;
  readonly end: string;
  readonly size: number;
}

export interface DeviationDocument {
  readonly code: Deviation['code'];
  readonly message: string;
}

export interface NoteDocument {
  readonly code: string;
  readonly message: string;
}

export interface ModuleDocument {
  readonly index: number;
  readonly path: string;
  readonly device: string | null;
  readonly inode: string | null;
  readonly buildId: string | null;
  readonly image:
    | { readonly status: 'read'; readonly identity: Identity; readonly path: string }
    | { readonly status: 'unavailable'; readonly reason: UnavailableReason; readonly message: string };
  readonly role: 'executable' | 'interpreter' | 'vdso' | 'library';
  readonly loader: 'kernel' | 'glibc' | 'musl' | 'bionic';
  readonly type: string | null;
  readonly machine: string | null;
  readonly loadBias: string | null;
  readonly loadBiasFrom: 'auxv' | 'mappings' | 'headers' | null;
  readonly segments: readonly SegmentDocument[];
  readonly sections: readonly SectionDocument[];
  /** 'rebuilt': the file has no section headers. */
  readonly sectionsFrom: 'headers' | 'rebuilt' | null;
  readonly relro: {
    readonly declared: RelroState['declared'];
    readonly inForce: RelroState['inForce'];
    readonly requested: RangeDocument | null;
    readonly protected: readonly RangeDocument[];
  };
  readonly stack: StackRequest | null;
  readonly deviations: readonly DeviationDocument[];
}

export interface SegmentDocument {
  readonly index: number;
  readonly type: string;
  readonly flags: string;
  readonly offset: string;
  readonly vaddr: string;
  readonly filesz: number;
  readonly memsz: number;
  readonly align: number;
  readonly sections: readonly string[];
}

export interface SectionDocument {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly flags: string;
  readonly vaddr: string;
  readonly offset: string;
  readonly size: number;
}
