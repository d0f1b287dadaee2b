/**
 * Processes made of written ELF files, as snapshots: whatever breaks on one can be kept as a file. The mappings are those
 * that the headers predict, or nearly.
 */
import type { Snapshot, SnapshotFile } from '../../../src/source/snapshot-format.ts';
import type { Random } from './random.ts';

interface Row {
  readonly start: bigint;
  readonly end: bigint;
  readonly permissions: string;
  readonly offset: bigint;
  readonly inode: number;
  readonly name: string;
}

const BASE = 0x7f00_0000_0000n;

/** The mappings of one loaded lieElf(), as glibc's ld.so makes them. */
const instance = (base: bigint, inode: number, name: string): Row[] => [
  { start: base, end: base + 0x1000n, permissions: 'r--p', offset: 0n, inode, name },
  { start: base + 0x1000n, end: base + 0x2000n, permissions: 'r-xp', offset: 0x1000n, inode, name },
  { start: base + 0x2000n, end: base + 0x3000n, permissions: 'r--p', offset: 0x2000n, inode, name },
  { start: base + 0x3000n, end: base + 0x4000n, permissions: 'rw-p', offset: 0n, inode: 0, name: '' },
];

/** A process that has loaded each image, the second of two twice. */
export function snapshotOf(
  images: readonly Uint8Array[],
  edit: (rows: Row[]) => Row[] = rows => rows,
): Snapshot {
  const rows = images.flatMap((_, i) => [
    ...instance(BASE + BigInt(i) * 0x10_0000n, i + 10, `/lib/lib${i}.so`),
    ...(i === 1 ? instance(BASE + 0x8_0000n, i + 10, `/lib/lib${i}.so`) : []),
  ]);
  rows.push(
    {
      start: 0x5555_0000_0000n,
      end: 0x5555_0002_1000n,
      permissions: 'rw-p',
      offset: 0n,
      inode: 0,
      name: '[heap]',
    },
    {
      start: 0x7fff_0000_0000n,
      end: 0x7fff_0002_1000n,
      permissions: 'rw-p',
      offset: 0n,
      inode: 0,
      name: '[stack]',
    },
  );
  const sorted = edit(rows).toSorted((a, b) => (a.start < b.start ? -1 : 1));
  return {
    format: 'vmaexplain-snapshot',
    version: 1,
    tool: 'fuzz',
    kernelRelease: null,
    pid: 1,
    byteOrder: 'little',
    commandLine: '/lib/lib0.so\0',
    status: 'Name:\tlie\nVmSize:\t1 kB\n',
    executable: '/lib/lib0.so',
    personality: '00000000',
    randomizeVaSpace: '2',
    stackPointers: [],
    auxv: auxv([9n, BASE + 0x1000n], [6n, 0x1000n], [7n, BASE + 0x10_0000n]),
    vdso: null,
    notes: [],
    files: images.map((bytes, i) => snapshotFile(bytes, i + 10, `/lib/lib${i}.so`)),
    mappings: { kind: 'maps', text: sorted.map(line).join('') },
  };
}

function snapshotFile(bytes: Uint8Array, inode: number, name: string): SnapshotFile {
  const chunks = [{ offset: '0', bytes: Buffer.from(bytes).toString('base64') }];
  return {
    name,
    device: 'fe:00',
    inode: String(inode),
    path: name,
    deleted: false,
    image: { status: 'read', identity: 'inode', path: name, buildId: null, size: bytes.length, chunks },
  };
}

function auxv(...entries: readonly (readonly [bigint, bigint])[]): string {
  const words = BigUint64Array.from([...entries, [0n, 0n] as const].flat());
  return Buffer.from(words.buffer).toString('base64');
}

const line = ({ start, end, permissions, offset, inode, name }: Row): string =>
  `${hex(start)}-${hex(end)} ${permissions} ${hex(offset)} ${inode === 0 ? '00:00' : 'fe:00'} ${inode} ${name}\n`;

const hex = (value: bigint): string => value.toString(16).padStart(8, '0');

/** Rows moved, cut, doubled, renamed, with other permissions or offsets. */
export function mutateRows(rows: Row[], random: Random): Row[] {
  let changed = rows;
  for (let edits = random.below(6); edits > 0; edits--) {
    const i = random.below(changed.length);
    const row = changed[i]!;
    const other = random.pick(changed);
    const pages = BigInt(random.below(4)) * 0x1000n;
    const edited: Row[] = random.pick([
      () => [],
      () => [{ ...row, permissions: random.pick(['r--p', 'rw-p', 'r-xp', '---p', 'rwxp', 'r--s', 'rw-s']) }],
      () => [{ ...row, offset: random.pick([row.offset + pages, other.offset, random.oddNumber()]) }],
      () => [{ ...row, end: row.end + pages }],
      () => [{ ...row, start: row.start - pages, end: row.end - pages }],
      () => [{ ...row, name: other.name, inode: other.inode }],
      () => [{ ...row, name: '', inode: 0, offset: 0n }],
      () => [{ ...row, end: BigInt.asUintN(64, row.start + (random.oddNumber() & ~0xfffn)) }],
      () => [row, { ...row, start: row.end, end: row.end + 0x1000n }],
      () => [
        {
          ...row,
          name: random.pick(['[vdso]', '[heap]', '[stack]', '[vvar]', '[anon: x]', '/memfd:a (deleted)']),
          inode: 0,
        },
      ],
    ])();
    changed = [...changed.slice(0, i), ...edited, ...changed.slice(i + 1)];
    if (changed.length === 0) return rows;
  }
  return changed;
}
