/** Keeps the raw evidence while a live process is read, for a snapshot. */
import { readFileSync } from 'node:fs';
import type { ByteSource } from '../model/bytes.ts';
import type { MappedFile } from '../model/capture.ts';
import { VERSION } from '../model/version.ts';
import type { TextSink } from './consistent.ts';
import { TargetError } from './errors.ts';
import type { ImageRequest, ProcessEvidence } from './evidence.ts';
import type { Snapshot, SnapshotFile, SnapshotImage } from './snapshot-format.ts';
import { RecordingBytes } from './sparse-bytes.ts';

/** Of 65,530 mappings, in characters: 50 million, unless they have names as long as can be. */
const LONGEST_TEXT = 100 << 20;

export class Recorder implements TextSink {
  #kind: 'smaps' | 'maps' = 'smaps';
  #text: string[] = [];
  #length = 0;
  #vdso: string | null = null;
  #reading: RecordingBytes | null = null;
  readonly #files: SnapshotFile[] = [];

  restart(kind: 'smaps' | 'maps'): void {
    this.#kind = kind;
    this.#text = [];
    this.#length = 0;
  }

  /** @throws TargetError where it becomes more than fits into a snapshot. */
  take(text: string): void {
    this.#length += text.length;
    if (this.#length > LONGEST_TEXT)
      throw new TargetError(
        'unusable',
        'the smaps of the process is too long for a snapshot: the names of its files fill it',
      );
    this.#text.push(text);
  }

  /** Stands between a file and its reader. */
  watch(bytes: ByteSource): ByteSource {
    this.#reading = new RecordingBytes(bytes);
    return this.#reading;
  }

  image({ name, first }: ImageRequest, file: Omit<MappedFile, 'device' | 'inode'>): void {
    const { path, deleted } = file;
    this.#files.push({
      name,
      device: first.device,
      inode: first.inode,
      path,
      deleted,
      image: this.#imageOf(file),
    });
    this.#reading = null;
  }

  #imageOf({ image }: Omit<MappedFile, 'device' | 'inode'>): SnapshotImage {
    if (image.status !== 'read') return image;
    const { elf, identity, path } = image.candidates[0]!;
    const chunks = (this.#reading?.chunks() ?? []).map(({ offset, bytes }) => ({
      offset: offset.toString(),
      bytes: Buffer.from(bytes).toString('base64'),
    }));
    return { status: 'read', identity, path, buildId: elf.buildId, size: elf.fileSize, chunks };
  }

  vdso(bytes: Uint8Array): void {
    this.#vdso = Buffer.from(bytes).toString('base64');
  }

  /** The snapshot of what was read. */
  snapshot(evidence: ProcessEvidence): Snapshot {
    return {
      format: 'vmaexplain-snapshot',
      version: 1,
      tool: `vmaexplain ${VERSION}`,
      kernelRelease: kernelRelease(),
      pid: evidence.pid,
      byteOrder: evidence.littleEndian ? 'little' : 'big',
      commandLine: Buffer.from(evidence.commandLine).toString('latin1'),
      status: evidence.status,
      executable: evidence.executable,
      personality: evidence.personality,
      randomizeVaSpace: evidence.randomizeVaSpace,
      stackPointers: evidence.stackPointers,
      auxv: evidence.auxv && Buffer.from(evidence.auxv).toString('base64'),
      vdso: this.#vdso,
      notes: evidence.mappings.notes,
      files: this.#files,
      mappings: { kind: this.#kind, text: this.#text.join('') },
    };
  }
}

function kernelRelease(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/osrelease', 'latin1').trim();
  } catch {
    return null;
  }
}
