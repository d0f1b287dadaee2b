declare module 'elfy' {
  /** A program header as elfy 1.0.0 returns it, as far as it is used; numbers above 2^53 are rounded. */
  interface ElfyProgram {
    readonly offset: number;
    readonly vaddr: number;
    readonly filesz: number;
    readonly memsz: number;
    readonly align: number;
  }
  interface ElfyHeader {
    readonly class: '32' | '64';
    readonly phoff: number;
    readonly phnum: number;
    readonly phentsize: number;
  }
  class Parser {
    setEndian(endian: 'lsb' | 'msb'): void;
    parsePrograms(image: Buffer, header: ElfyHeader): ElfyProgram[];
    mapFlags(value: number, names: object): object;
    /** Positions of the entries of a table: here what the readers take as `entry`. */
    sliceChunks(image: Buffer, offset: number, count: number, size: number): (Buffer | number)[];
    readUInt32(entry: Buffer | number, at: number): number;
  }
  const elfy: { Parser: typeof Parser };
  export default elfy;
}
