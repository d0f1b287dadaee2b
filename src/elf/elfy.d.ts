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
  }
  const elfy: { Parser: typeof Parser };
  export default elfy;
}
