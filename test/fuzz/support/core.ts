import { ByteOrder, note, writeElf } from '../../support/write-elf.ts';
import { lieElf } from './lying-elf.ts';

const BASE = 0x7f00_0000_0000n;
const NAME = '/lib/lie.so';

/** The core of a process that has loaded lieElf(), its first mapping and its memory dumped. */
export function writeCore(): Uint8Array {
  const order = new ByteOrder(true, true);
  const words = (...values: readonly bigint[]): Buffer =>
    Buffer.from(values.flatMap(value => order.word(value)));
  const file = Buffer.concat([
    words(3n, 0x1000n),
    words(BASE, BASE + 0x1000n, 0n, BASE + 0x1000n, BASE + 0x2000n, 1n, BASE + 0x2000n, BASE + 0x3000n, 2n),
    Buffer.from(`${NAME}\0${NAME}\0${NAME}\0`),
  ]);
  const status = Buffer.alloc(336);
  status.writeUInt32LE(77, 32);
  status.writeBigUInt64LE(0x7fff_0000_0800n, 112 + 19 * 8);
  const info = Buffer.alloc(136);
  info.writeUInt32LE(77, 24);
  info.write('lie', 40);
  info.write('lie --now', 56);
  const auxv = words(
    9n,
    BASE + 0x1000n,
    6n,
    0x1000n,
    3n,
    BASE + 64n,
    25n,
    0x7fff_0000_0f00n,
    33n,
    0x7fff_f000_0000n,
    0n,
    0n,
  );
  const notes = Buffer.concat([
    note(order, 'CORE', 1, status),
    note(order, 'CORE', 3, info),
    note(order, 'CORE', 6, auxv),
    note(order, 'CORE', 0x46494c45, file),
  ]);
  const image = lieElf();
  const load = (
    at: bigint,
    flags: number,
    bytes: Uint8Array,
  ): Parameters<typeof writeElf>[0]['segments'][number] => ({
    type: 1,
    flags,
    vaddr: at,
    bytes,
    memsz: 0x1000n,
  });
  return writeElf({
    type: 4,
    segments: [
      { type: 4, bytes: notes, memsz: 0n },
      load(BASE, 4, image.subarray(0, 0x1000)),
      load(BASE + 0x1000n, 5, image.subarray(0x1000, 0x1000)),
      load(BASE + 0x2000n, 4, image.subarray(0x2000, 0x3000)),
      load(BASE + 0x3000n, 6, new Uint8Array(16)),
      load(0x7fff_0000_0000n, 6, new Uint8Array(0x1000)),
      load(0x7fff_f000_0000n, 5, image.subarray(0, 0x1000)),
    ],
  });
}
