/** Mutations: of any bytes, of any text, and of the fields of ELF structures, which random bytes seldom hit. */
import type { Random } from './random.ts';

/** Some bytes changed, cut out, doubled or cut off. The original stays as it is. */
export function mutateBytes(original: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let bytes: Buffer<ArrayBuffer> = Buffer.from(original);
  for (let edits = 1 + random.below(8); edits > 0 && bytes.length > 0; edits--) {
    const at = random.below(bytes.length);
    switch (random.below(8)) {
      case 0:
        bytes = bytes.subarray(0, at);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.below(64))]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - random.below(64)))]);
        break;
      case 3:
        bytes.fill(
          random.pick([0, 0xff, random.below(256)]),
          at,
          Math.min(bytes.length, at + random.below(32)),
        );
        break;
      case 4:
        if (at + 8 <= bytes.length) bytes.writeBigUInt64LE(random.oddNumber(), at);
        break;
      default:
        bytes[at] = random.below(256);
    }
  }
  return bytes;
}

const PIECES = [
  '\n',
  '\r\n',
  ' ',
  '\t',
  '-',
  ':',
  '0',
  '9'.repeat(25),
  'f'.repeat(17),
  '\x1b[2J',
  '\xff',
  '[',
  ']',
  '"',
  '\\',
  'null',
  '-1',
  '1e999',
  '{',
  '}',
  ',',
];

/** Some characters changed, cut out, moved, or replaced by ones that parsers trip over. */
export function mutateText(original: string, random: Random, pieces: readonly string[] = []): string {
  let text = original;
  for (let edits = 1 + random.below(6); edits > 0; edits--) {
    const at = random.below(text.length);
    const until = at + random.pick([0, 1, 3, 20, 200]);
    const other = random.below(text.length);
    const inserted = random.pick([
      '',
      String.fromCharCode(random.below(256)),
      random.pick(PIECES),
      random.pick([...pieces, '']),
      text.slice(other, other + random.below(100)),
    ]);
    text = text.slice(0, at) + inserted + text.slice(until);
  }
  return text;
}

/** Where the tables of a little-endian ELF file are. */
interface Places {
  readonly is64: boolean;
  readonly phoff: number;
  readonly phnum: number;
  readonly shoff: number;
  readonly shnum: number;
}

/** A few fields of headers, dynamic table, notes or relocations changed to odd numbers, or to each other's values. */
export function mutateElf(original: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(original);
  const places = placesOf(bytes);
  for (let edits = 1 + random.below(6); edits > 0; edits--) {
    const at = fieldOf(places, bytes, random);
    const width = random.pick(places.is64 ? [2, 4, 8, 8] : [2, 4, 4]);
    if (at + width > bytes.length) continue;
    const from = random.oneIn(3) ? fieldOf(places, bytes, random) : null;
    const value =
      from !== null && from + width <= bytes.length ? readAt(bytes, from, width) : smallOrOdd(random, bytes);
    writeAt(bytes, at, width, value);
  }
  return random.oneIn(6) ? mutateBytes(bytes, random) : bytes;
}

const smallOrOdd = (random: Random, bytes: Uint8Array): bigint =>
  random.oneIn(3) ? BigInt(random.below(bytes.length + 16)) : random.oddNumber();

function placesOf(bytes: Buffer): Places {
  const is64 = bytes[4] === 2;
  const word = (at: number): number => Number(readAt(bytes, at, is64 ? 8 : 4));
  return {
    is64,
    phoff: word(is64 ? 32 : 28),
    phnum: bytes.readUInt16LE(is64 ? 56 : 44),
    shoff: word(is64 ? 40 : 32),
    shnum: bytes.readUInt16LE(is64 ? 60 : 48),
  };
}

function fieldOf(places: Places, bytes: Uint8Array, random: Random): number {
  const { is64, phoff, phnum, shoff, shnum } = places;
  const word = is64 ? 8 : 4;
  switch (random.below(8)) {
    case 0:
      return 2 * random.below(is64 ? 32 : 26);
    case 1:
    case 2:
    case 3:
      return phoff + word * random.below((phnum * (is64 ? 56 : 32)) / word);
    case 4:
    case 5:
      return shoff + word * random.below((shnum * (is64 ? 64 : 40)) / word);
    case 6:
      return contentsOf(places, bytes, random);
    default:
      return word * random.below(bytes.length / word);
  }
}

/** Somewhere in what a segment holds that is read: notes, the dynamic table, the interpreter. */
function contentsOf({ is64, phoff, phnum }: Places, bytes: Uint8Array, random: Random): number {
  const header = phoff + random.below(phnum) * (is64 ? 56 : 32);
  if (header + 48 > bytes.length) return 0;
  const offset = Number(readAt(bytes, header + (is64 ? 8 : 4), is64 ? 8 : 4));
  const size = Number(readAt(bytes, header + (is64 ? 32 : 16), is64 ? 8 : 4));
  return Math.min(bytes.length, offset + 4 * random.below(size / 4));
}

function readAt(bytes: Uint8Array, at: number, width: number): bigint {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}

function writeAt(bytes: Uint8Array, at: number, width: number, value: bigint): void {
  for (let i = 0; i < width; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
