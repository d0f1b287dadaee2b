import type { Vaddr } from '../model/units.ts';

/** Reads the fields of an ELF structure in the file's own class and byte order. */
export class Words {
  readonly is64: boolean;
  readonly little: boolean;
  /** For sections, of which hundreds of files have tens of thousands. */
  readonly view: DataView;

  constructor(bytes: Uint8Array, is64: boolean, little: boolean) {
    this.is64 = is64;
    this.little = little;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(at: number): number {
    return this.view.getUint16(at, this.little);
  }
  u32(at: number): number {
    return this.view.getUint32(at, this.little);
  }
  u64(at: number): bigint {
    return this.view.getBigUint64(at, this.little);
  }
  /** An address-sized word: 8 bytes in ELFCLASS64, 4 in ELFCLASS32. */
  word(at: number): bigint {
    return this.is64 ? this.view.getBigUint64(at, this.little) : BigInt(this.u32(at));
  }
  /** A word that is a link-time address. */
  vaddr(at: number): Vaddr {
    return this.word(at) as Vaddr;
  }
}
