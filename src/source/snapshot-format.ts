/**
 * A snapshot: the raw evidence about a process, in JSON, so that the very report can be made again elsewhere. Version 1:
 *
 *   { "format": "vmaexplain-snapshot", "version": 1, "pid": 1234, "mappings": { "kind": "smaps", "text": "5576…" },
 *     "auxv": "base64", "files": [ { "name": "/usr/bin/sleep", "image": { "status": "read", "chunks": [ … ] } } ], … }
 *
 * Text is one char a byte (latin1); binary values are base64. Of a file only what was read of it is kept: headers,
 * names, notes, the dynamic table, relocations; never its contents. Old versions stay readable for ever.
 */
import type { Identity, Note, UnavailableReason } from '../model/capture.ts';

export interface Snapshot {
  readonly format: 'vmaexplain-snapshot';
  readonly version: 1;
  readonly tool: string;
  readonly kernelRelease: string | null;
  readonly pid: number;
  readonly byteOrder: 'little' | 'big';
  readonly commandLine: string;
  readonly status: string;
  readonly executable: string | null;
  readonly personality: string | null;
  readonly randomizeVaSpace: string | null;
  /** In hexadecimal with 0x. */
  readonly stackPointers: readonly string[];
  /** base64. */
  readonly auxv: string | null;
  /** base64 of the [vdso] mapping. */
  readonly vdso: string | null;
  readonly mappings: { readonly kind: 'smaps' | 'maps'; readonly text: string };
  readonly notes: readonly Note[];
  readonly files: readonly SnapshotFile[];
}

export interface SnapshotFile {
  readonly name: string;
  readonly device: string | null;
  readonly inode: string | null;
  readonly path: string;
  readonly deleted: boolean;
  readonly image: SnapshotImage;
}

export type SnapshotImage =
  | {
      readonly status: 'read';
      readonly identity: Identity;
      readonly path: string;
      /** Lower-case hexadecimal, for people; reading it again gives the same. */
      readonly buildId: string | null;
      /** Of the file, in bytes. */
      readonly size: number | null;
      /** `offset` in decimal, `bytes` in base64. */
      readonly chunks: readonly { readonly offset: string; readonly bytes: string }[];
    }
  | { readonly status: 'not-elf' }
  | { readonly status: 'unavailable'; readonly reason: UnavailableReason; readonly message: string };
