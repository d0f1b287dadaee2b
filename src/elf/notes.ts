/**
 * Notes (gABI; elf(5)): namesz, descsz, type, then name and descriptor, each padded. GNU notes are padded to
 * 4 bytes, those in .note.gnu.property of 64-bit files to 8 (the segment's p_align tells).
 */
import { Words } from './words.ts';

export interface ElfNote {
  /** Without the final NUL. */
  readonly name: string;
  readonly type: number;
  /** Position of the descriptor in `bytes`, and its length in bytes. */
  readonly at: number;
  readonly descriptor: Uint8Array;
}

const NT_GNU_BUILD_ID = 3;

/** The notes in `bytes`, up to the first that does not fit. */
export function* notesIn(
  bytes: Uint8Array,
  is64: boolean,
  little: boolean,
  align: number,
): Generator<ElfNote> {
  const words = new Words(bytes, is64, little);
  const padding = align === 8 ? 8 : 4;
  const pad = (size: number): number => Math.ceil(size / padding) * padding;
  for (let at = 0; at + 12 <= bytes.length; ) {
    const nameSize = words.u32(at);
    const descriptorSize = words.u32(at + 4);
    const descriptorAt = pad(at + 12 + nameSize);
    if (descriptorAt + descriptorSize > bytes.length) return;
    const name = String.fromCharCode(
      ...bytes.subarray(at + 12, at + 12 + Math.min(Math.max(nameSize - 1, 0), 64)),
    );
    yield {
      name,
      type: words.u32(at + 8),
      at: descriptorAt,
      descriptor: bytes.subarray(descriptorAt, descriptorAt + descriptorSize),
    };
    at = pad(descriptorAt + descriptorSize);
  }
}

const LONGEST_BUILD_ID = 64;

/** Lower-case hexadecimal build ID among the notes; null where there is none. */
export function buildIdIn(bytes: Uint8Array, is64: boolean, little: boolean, align: number): string | null {
  for (const { name, type, descriptor } of notesIn(bytes, is64, little, align)) {
    if (name !== 'GNU' || type !== NT_GNU_BUILD_ID || descriptor.length === 0) continue;
    return Buffer.from(descriptor.subarray(0, LONGEST_BUILD_ID)).toString('hex');
  }
  return null;
}
