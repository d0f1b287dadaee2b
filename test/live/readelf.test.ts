/** Every ELF file of this machine as readelf reads it: program headers, sections, and which segment holds which. */
import { accessSync, closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readElf } from '../../src/elf/read.ts';
import type { ElfFile } from '../../src/model/elf.ts';
import { sectionsOfSegments } from '../../src/model/section-to-segment.ts';
import { FileBytes } from '../../src/source/file-bytes.ts';
import {
  type ReadelfSection,
  type ReadelfSegment,
  readelfBuildId,
  readelfDynamic,
  readelfHeader,
  readelfSectionsOfAll,
  readelfSegmentsOfAll,
} from '../support/readelf.ts';
import { describeWith, itWith } from '../support/tools.ts';

const FOLDERS = ['/usr/bin', '/usr/lib'];
const MINUTES = 300_000;

function isElf(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const magic = Buffer.alloc(4);
    return readSync(fd, magic, 0, 4, 0) === 4 && magic.toString('latin1') === '\x7fELF';
  } finally {
    closeSync(fd);
  }
}

/** Not by `recursive`: later versions of Node.js follow links with it, and /usr/bin/X11 leads to /usr/bin. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (!mayRead(path)) return [];
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });

function mayRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const elfFiles = (): string[] => FOLDERS.flatMap(filesBelow).filter(isElf);

function read(path: string): ElfFile {
  const fd = openSync(path, 'r');
  try {
    return readElf(new FileBytes(fd, fstatSync(fd).size), 'full');
  } finally {
    closeSync(fd);
  }
}

const hex = (value: bigint): string => value.toString(16);

/** A segment on one line. readelf cuts types to 14 characters, and numbers unknown ones from where their range begins. */
function segmentLine(segment: Omit<ReadelfSegment, 'paddr'>): string {
  const { type, flags, offset, vaddr, filesz, memsz, align, sections } = segment;
  return [
    knownType(type.slice(0, 14)),
    flags,
    ...[offset, vaddr, filesz, memsz, align].map(hex),
    ...sections,
  ].join(' ');
}

function sectionLine(section: Omit<ReadelfSection, 'entsize'>): string {
  const { index, name, type, flags, address, offset, size } = section;
  return [index, name, knownType(type), flags, ...[address, offset, size].map(hex)].join(' ');
}

/** "LOOS+0x474e555" and "0x6474e555" are the same. */
const knownType = (type: string): string =>
  type.replace(/^LO(OS|PROC)\+(?:0x)?([0-9a-f]+)$/, (_, range: string, rest: string) => {
    return `0x${(Number.parseInt(rest, 16) + (range === 'OS' ? 0x60000000 : 0x70000000)).toString(16)}`;
  });

function ourSegments(elf: ElfFile): string[] {
  const held = sectionsOfSegments(elf);
  return elf.programHeaders.map((header, i) => {
    const { read: r, write: w, execute: x } = header.flags;
    const flags = `${r ? 'R' : ''}${w ? 'W' : ''}${x ? 'E' : ''}`;
    return segmentLine({ ...header, flags, sections: held[i]!.map(({ name }) => name) });
  });
}

const ourSections = (elf: ElfFile): string[] =>
  elf.sections.map(section => sectionLine({ ...section, address: section.vaddr }));

describeWith(['readelf'], 'all ELF files of the machine', () => {
  itWith(
    [],
    `below ${FOLDERS.join(' and ')}, as readelf -l and -S read them`,
    () => {
      const paths = elfFiles();
      expect(paths.length).toBeGreaterThan(100);
      const segments = readelfSegmentsOfAll(paths);
      const sections = readelfSectionsOfAll(paths);
      expect([segments.size, sections.size]).toEqual([paths.length, paths.length]);
      const wrong: string[] = [];
      for (const path of paths) {
        const elf = read(path);
        const pairs = [
          [ourSegments(elf), (segments.get(path) ?? []).map(segmentLine)],
          [ourSections(elf), (sections.get(path) ?? []).slice(1).map(sectionLine)],
        ] as const;
        for (const [ours, theirs] of pairs)
          for (let i = 0; i < Math.max(ours.length, theirs.length); i++)
            if (ours[i] !== theirs[i]) wrong.push(`${path}\n  ours   ${ours[i]}\n  readelf ${theirs[i]}`);
      }
      expect(wrong.slice(0, 10)).toEqual([]);
    },
    MINUTES,
  );

  itWith(
    [],
    'a sample in full: header, build ID, dynamic table',
    () => {
      for (const path of elfFiles().filter((_, i) => i % 10 === 0)) {
        const elf = read(path);
        const header = readelfHeader(path);
        expect(elf, path).toMatchObject({
          class: header.class,
          byteOrder: header.byteOrder,
          type: header.type,
          entry: header.entry,
          buildId: readelfBuildId(path),
        });
        expect(elf.programHeaders).toHaveLength(header.programHeaders);
        const tags = readelfDynamic(path);
        const value = (tag: string): string => tags.find(entry => entry.tag === tag)?.value ?? '';
        const names = tags
          .filter(({ tag }) => tag === 'NEEDED')
          .map(entry => /\[(.*)\]/.exec(entry.value)?.[1]);
        const flags = `${value('FLAGS')} ${value('FLAGS_1')}`;
        const has = (tag: string): boolean => tags.some(entry => entry.tag === tag);
        expect(elf.textRelocations, path).toBe(has('TEXTREL') || /\bTEXTREL\b/.test(flags));
        if (elf.type === 'REL') continue;
        expect(elf.dynamic ?? { needed: [] }, path).toMatchObject({ needed: names });
        if (!elf.dynamic) continue;
        expect(elf.dynamic, path).toMatchObject({
          soname: /\[(.*)\]/.exec(value('SONAME'))?.[1] ?? null,
          bindNow: has('BIND_NOW') || /\b(BIND_)?NOW\b/.test(flags),
          pie: /\bPIE\b/.test(flags),
          debug: has('DEBUG'),
        });
      }
    },
    MINUTES,
  );
});
