/** readelf as the reference for what an ELF file says, for both classes. */
import { spawnSync } from 'node:child_process';

export type ReadelfHeader = {
  readonly class: 32 | 64;
  readonly byteOrder: 'little' | 'big';
  /** Its first word, such as DYN, EXEC, REL or CORE. */
  readonly type: string;
  readonly machine: string;
  readonly entry: bigint;
  readonly programHeaders: number;
  readonly sectionHeaders: number;
};

export type ReadelfSegment = {
  /** Cut to 14 characters, as readelf prints it. */
  readonly type: string;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly paddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
  /** The letters that are set of R, W and E. */
  readonly flags: string;
  readonly align: bigint;
  readonly sections: readonly string[];
};

export type ReadelfSection = {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly address: bigint;
  readonly offset: bigint;
  readonly size: bigint;
  readonly entsize: bigint;
  readonly flags: string;
};

export type ReadelfDynamicEntry = { readonly tag: string; readonly value: string };

export const readelfHeader = (path: string): ReadelfHeader => parseHeader(readelf('-hW', path));
export const readelfSegments = (path: string): ReadelfSegment[] => parseSegments(readelf('-lW', path));
export const readelfSections = (path: string): ReadelfSection[] => parseSections(readelf('-SW', path));
export const readelfDynamic = (path: string): ReadelfDynamicEntry[] => parseDynamic(readelf('-dW', path));

/** The build ID in hexadecimal, null where the file has none. */
export const readelfBuildId = (path: string): string | null =>
  /\bBuild ID: ([0-9a-f]+)$/m.exec(readelf('-nW', path))?.[1] ?? null;

/** The segments of many files, by path; one readelf serves hundreds. Files that are not ELF are left out. */
export const readelfSegmentsOfAll = (paths: readonly string[]): Map<string, ReadelfSegment[]> =>
  ofAll('-lW', paths, parseSegments);

/** The sections of many files, by path. */
export const readelfSectionsOfAll = (paths: readonly string[]): Map<string, ReadelfSection[]> =>
  ofAll('-SW', paths, parseSections);

function ofAll<T>(option: string, paths: readonly string[], parse: (text: string) => T): Map<string, T> {
  const all = new Map<string, T>();
  for (let i = 0; i < paths.length; i += 200) {
    const some = paths.slice(i, i + 200);
    // readelf names each file as soon as there are two of them
    const [, ...named] = readelf(option, ...some, '/dev/null').split(/^File: (.*)$/m);
    for (let n = 0; n + 1 < named.length; n += 2) {
      if (named[n + 1]!.trim() !== '') all.set(named[n]!, parse(named[n + 1]!));
    }
  }
  return all;
}

function parseHeader(text: string): ReadelfHeader {
  const field = (name: string): string => {
    const value = new RegExp(`^\\s*${name}:\\s*(.*)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`readelf -h prints no ${name}: ${text}`);
    return value;
  };
  return {
    class: field('Class') === 'ELF64' ? 64 : 32,
    byteOrder: field('Data').includes('little') ? 'little' : 'big',
    type: field('Type').split(' ')[0]!,
    machine: field('Machine'),
    entry: BigInt(field('Entry point address')),
    programHeaders: count(field('Number of program headers')),
    sectionHeaders: count(field('Number of section headers')),
  };
}

/** A count that does not fit the header is printed as `0 (70000)` or `65535 (70000)`. */
const count = (text: string): number => Number(/\((\d+)\)/.exec(text)?.[1] ?? text);

const hex = (digits: string | undefined): bigint => BigInt(`0x${digits}`);

function parseSegments(text: string): ReadelfSegment[] {
  const [headers = '', mapping = ''] = text.split(/^ Section to Segment mapping:$/m);
  const sections = [...mapping.matchAll(/^ {3}(\d\d+) {5}(.*)$/gm)].map(([, , names]) =>
    names!.split(' ').filter(Boolean),
  );
  const number = '0x([0-9a-f]+)';
  const line = new RegExp(`^  (.{14}) ${Array(5).fill(number).join(' ')} ([R ][W ][E ]) (?:0x)?([0-9a-f]+)$`);
  return headers
    .split('\n')
    .map(text => line.exec(text))
    .filter(match => match !== null)
    .map((match, index) => ({
      type: match[1]!.trim(),
      offset: hex(match[2]),
      vaddr: hex(match[3]),
      paddr: hex(match[4]),
      filesz: hex(match[5]),
      memsz: hex(match[6]),
      flags: match[7]!.replaceAll(' ', ''),
      align: hex(match[8]),
      sections: sections[index] ?? [],
    }));
}

const SECTION = new RegExp(
  [
    '^\\s*\\[\\s*(?<index>\\d+)\\] (?<name>.*?)\\s+(?<type>\\S+(?: ?[0-9a-f]+)?)',
    '(?<address>[0-9a-f]{8}|[0-9a-f]{16})',
    '(?<offset>[0-9a-f]{6,}) (?<size>[0-9a-f]{6,}) (?<entsize>[0-9a-f]{2,})',
    '\\s*(?<flags>[A-Za-z]*)\\s+\\d+\\s+\\d+\\s+\\d+$',
  ].join('\\s+'),
);

function parseSections(text: string): ReadelfSection[] {
  return text
    .split('\n')
    .map(line => SECTION.exec(line)?.groups)
    .filter(groups => groups !== undefined)
    .map(groups => ({
      index: Number(groups['index']),
      name: groups['name']!,
      type: groups['type']!,
      address: hex(groups['address']),
      offset: hex(groups['offset']),
      size: hex(groups['size']),
      entsize: hex(groups['entsize']),
      flags: groups['flags']!,
    }));
}

const parseDynamic = (text: string): ReadelfDynamicEntry[] =>
  [...text.matchAll(/^ *0x[0-9a-f]+ \((.*?)\) *(.*)$/gm)].map(([, tag, value]) => ({
    tag: tag!,
    value: value!.trim(),
  }));

/** readelf ends with 1 also where a file merely is odd or lacks what was asked for: only its "Error" counts. */
function readelf(option: string, ...paths: string[]): string {
  const { error, stdout, stderr } = spawnSync('readelf', [option, ...paths], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (paths.length === 1 && stdout === '' && stderr.includes('Error:')) throw new Error(stderr.trim());
  return stdout;
}
