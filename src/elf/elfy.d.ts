declare module 'elfy' {
  /** A program header as elfy 1.0.0 returns it, as far as it is used: each field as the reader of words gives it. */
  interface ElfyProgram {
    readonly offset: bigint;
    readonly vaddr: bigint;
    readonly filesz: bigint;
    readonly memsz: bigint;
    readonly align: bigint;
  }
  interface ElfyHeader {
    readonly class: '32' | '64';
    readonly phoff: number;
    readonly phnum: number;
    readonly phentsize: number;
  }
  class Parser {
    parsePrograms(image: Buffer, header: ElfyHeader): ElfyProgram[];
    mapFlags(value: number, names: object): object;
    /** Positions of the entries of a table: here what the readers take as `entry`. */
    sliceChunks(image: Buffer, offset: number, count: number, size: number): (Buffer | number)[];
    readUInt32(entry: Buffer | number, at: number): number | bigint;
    /** Its own gives a number, rounded above 2^53. */
    readUInt64(entry: Buffer | number, at: number): number | bigint;
  }
  const elfy: { Parser: typeof Parser };
  export default elfy;
}
