declare module 'elfy' {
  /** What elfy 1.0.0 returns, as far as it is used; numbers above 2^53 are rounded. */
  interface Image {
    readonly body: { readonly programs: readonly ElfyProgram[]; readonly sections: readonly ElfySection[] };
  }
  interface ElfyProgram {
    readonly offset: number;
    readonly vaddr: number;
    readonly filesz: number;
    readonly memsz: number;
  }
  interface ElfySection {
    readonly addr: number;
    readonly off: number;
    readonly size: number;
    readonly link: number;
    readonly info: number;
  }
  class Parser {
    execute(image: Buffer): Image;
    mapFlags(value: number, names: object): object;
    /** Positions of the entries of a table: here what the readers take as `entry`. */
    sliceChunks(image: Buffer, offset: number, count: number, size: number): (Buffer | number)[];
    readUInt32(entry: Buffer | number, at: number): number;
  }
  const elfy: { Parser: typeof Parser };
  export default elfy;
}
