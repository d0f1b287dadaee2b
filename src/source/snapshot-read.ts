/** Snapshot text → Capture. The text may come from anybody: every member is checked before it is used. */
import { type Depth, readElf } from '../elf/read.ts';
import { bytesInMemory } from '../model/bytes.ts';
import {
  type Capture,
  IDENTITIES,
  type ImageState,
  type MappedFile,
  UNAVAILABLE_REASONS,
} from '../model/capture.ts';
import { whyTooComplex } from '../model/json-bounds.ts';
import { SmapsParser } from '../parse/smaps.ts';
import { assembleCapture } from './assemble.ts';
import { TargetError } from './errors.ts';
import type { ImageRequest, ProcessEvidence } from './evidence.ts';
import { HeaderBudget, readImage } from './read-image.ts';
import { Shape } from './shape.ts';
import type { Snapshot, SnapshotFile, SnapshotImage } from './snapshot-format.ts';
import { SparseBytes } from './sparse-bytes.ts';

const NEWEST = 1;

/** @throws TargetError 'unusable' where it is no snapshot, a damaged one, or of a later version. */
export function captureSnapshot(text: string, path: string | null, depth: Depth): Capture {
  const snapshot = parseSnapshot(text);
  const parsed = new SmapsParser();
  parsed.feed(snapshot.mappings.text);
  parsed.finish();
  const files = new Map(snapshot.files.map(file => [keyOf(file), file]));
  const budget = new HeaderBudget();
  const evidence: ProcessEvidence = {
    origin: { kind: 'snapshot', variant: null, path },
    pid: snapshot.pid,
    auxv: snapshot.auxv === null ? null : Buffer.from(snapshot.auxv, 'base64'),
    commandLine: Buffer.from(snapshot.commandLine, 'latin1'),
    status: snapshot.status,
    executable: snapshot.executable,
    personality: snapshot.personality,
    randomizeVaSpace: snapshot.randomizeVaSpace,
    stackPointers: snapshot.stackPointers,
    littleEndian: snapshot.byteOrder === 'little',
    mappings: { parsed, notes: snapshot.notes },
    image: request => imageOf(files, request, depth, budget),
    vdso: () => (snapshot.vdso === null ? null : bytesInMemory(Buffer.from(snapshot.vdso, 'base64'))),
  };
  return assembleCapture(evidence);
}

const keyOf = (file: Pick<SnapshotFile, 'name' | 'device' | 'inode'>): string =>
  `${file.device} ${file.inode} ${file.name}`;

function imageOf(
  files: ReadonlyMap<string, SnapshotFile>,
  { name, first, executable }: ImageRequest,
  depth: Depth,
  budget: HeaderBudget,
): Omit<MappedFile, 'device' | 'inode'> {
  const file = files.get(keyOf({ name, device: first.device, inode: first.inode }));
  if (!file) {
    const message = 'the snapshot does not hold its headers';
    return { path: name, deleted: false, image: { status: 'unavailable', reason: 'not-found', message } };
  }
  return {
    path: file.path,
    deleted: file.deleted,
    image: imageState(file.image, executable ? 'full' : depth, budget),
  };
}

function imageState(image: SnapshotImage, depth: Depth, budget: HeaderBudget): ImageState {
  if (image.status !== 'read') return image;
  const chunks = image.chunks.map(({ offset, bytes }) => ({
    offset: BigInt(offset),
    bytes: new Uint8Array(Buffer.from(bytes, 'base64')),
  }));
  const bytes = new SparseBytes(image.size, chunks);
  return readImage(() => readElf(bytes, depth), image.path, image.identity, budget);
}

function parseSnapshot(text: string): Snapshot {
  const why = whyTooComplex(text);
  if (why) throw new TargetError('unusable', `${why}, no snapshot does`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TargetError('unusable', 'it begins like JSON but is none', null, error);
  }
  const shape = new Shape(value, 'snapshot');
  const format = shape.member('format').anything();
  if (format === 'vmaexplain-report')
    throw new TargetError(
      'unusable',
      'it is a report, not evidence',
      'make a snapshot with `vmaexplain record PID -o FILE`',
    );
  if (format !== 'vmaexplain-snapshot')
    throw new TargetError('unusable', 'it is JSON, but no snapshot of vmaexplain');
  const version = shape.member('version').integer();
  if (version === 0) throw new TargetError('unusable', 'damaged snapshot: there is no version 0');
  if (version > NEWEST)
    throw new TargetError(
      'unusable',
      `the snapshot is of version ${version}; this vmaexplain reads up to ${NEWEST}`,
      'use a newer vmaexplain',
    );
  return {
    format,
    version: 1,
    tool: shape.member('tool').text(),
    kernelRelease: shape.member('kernelRelease').textOrNull(),
    pid: shape.member('pid').integer(),
    byteOrder: shape.member('byteOrder').oneOf(['little', 'big']),
    commandLine: shape.member('commandLine').text(),
    status: shape.member('status').text(),
    executable: shape.member('executable').pathOrNull(),
    personality: shape.member('personality').matchingOrNull(/^[0-9a-f]{1,16}$/),
    randomizeVaSpace: shape.member('randomizeVaSpace').matchingOrNull(/^[0-9]{1,9}$/),
    stackPointers: shape
      .member('stackPointers')
      .listOrNone(pointer => pointer.matching(/^0x[0-9a-f]{1,16}$/)),
    auxv: shape.member('auxv').textOrNull(),
    vdso: shape.member('vdso').textOrNull(),
    mappings: {
      kind: shape.member('mappings').member('kind').oneOf(['smaps', 'maps']),
      text: shape.member('mappings').member('text').text(),
    },
    notes: shape
      .member('notes')
      .list(note => ({ code: note.member('code').text(), message: note.member('message').text() })),
    files: shape.member('files').list(parseFile),
  };
}

function parseFile(shape: Shape): SnapshotFile {
  return {
    name: shape.member('name').path(),
    device: shape.member('device').textOrNull(),
    inode: shape.member('inode').textOrNull(),
    path: shape.member('path').path(),
    deleted: shape.member('deleted').flag(),
    image: parseImage(shape.member('image')),
  };
}

function parseImage(shape: Shape): SnapshotImage {
  const status = shape.member('status').oneOf(['read', 'not-elf', 'unavailable']);
  if (status === 'not-elf') return { status };
  if (status === 'unavailable')
    return {
      status,
      reason: shape.member('reason').oneOf(UNAVAILABLE_REASONS),
      message: shape.member('message').path(),
    };
  return {
    status,
    identity: shape.member('identity').oneOf(IDENTITIES),
    path: shape.member('path').path(),
    buildId: shape.member('buildId').textOrNull(),
    size: shape.member('size').integerOrNull(),
    chunks: shape.member('chunks').list(chunk => ({
      offset: chunk.member('offset').matching(/^\d{1,20}$/),
      bytes: chunk.member('bytes').text(),
    })),
  };
}
