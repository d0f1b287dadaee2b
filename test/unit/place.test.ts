/** Load biases from mappings alone: no row tells by itself, all of them together do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Effort } from '../../src/correlate/effort.ts';
import { type LayoutRules, predictLayout } from '../../src/correlate/layout.ts';
import { findInstances, type Instance } from '../../src/correlate/place.ts';
import type { ElfFile } from '../../src/model/elf.ts';
import type { Loader } from '../../src/model/module.ts';
import { address, type FileOffset, fileOffset, loadBias } from '../../src/model/units.ts';
import type { Vma } from '../../src/model/vma.ts';
import { elfOf, RULES } from '../support/segment-words.ts';

const GLIBC: LayoutRules = { ...RULES, loader: 'glibc' };
const FILE = 3;

function vma(
  start: bigint,
  end: bigint,
  permissions: string,
  offset: FileOffset | null,
  file: number | null,
): Vma {
  const told = { device: null, inode: null, name: '', figures: null, vmFlags: null };
  return { ...told, start: address(start), end: address(end), permissions, offset, file };
}

/** The mappings of an image at a bias, as the kernel would show them. */
const mapped = (elf: ElfFile, bias: bigint, rules = GLIBC): Vma[] =>
  predictLayout(elf, loadBias(bias), rules).map(({ start, end, protection, offset }) =>
    vma(start, end, `${protection}p`, offset === null ? null : offset, offset === null ? null : FILE),
  );

const ownOf = (vmas: readonly Vma[]): Vma[] => vmas.filter(({ file }) => file !== null);

const biasesOf = (instances: readonly Instance[]): string[] => instances.map(({ bias }) => bias.toString(16));

const find = (elf: ElfFile, vmas: readonly Vma[], rules = GLIBC): string[] =>
  biasesOf(findInstances(elf, FILE, ownOf(vmas), rules, new Effort(), false));

/** Constants and RELRO have equal offset and permissions, as lld and mold and often bfd make it. */
const AMBIGUOUS = elfOf([
  'LOAD r-- 0+800',
  'LOAD r-x 1800+400 @800',
  'LOAD rw- 2c00+400 @c00',
  'LOAD rw- 4000+100/3000 @1000',
  'GNU_RELRO r-- 2c00+400',
]);
const [HERE, THERE] = [0x7f0000000000n, 0x7f0000100000n];

describe('placing an image', () => {
  it('D4 tells apart mappings of equal offset and permissions', () => {
    const rows = mapped(AMBIGUOUS, HERE).map(({ permissions, offset }) => `${permissions} ${offset}`);
    expect(rows.filter(row => row === 'r--p 0')).toHaveLength(2);
    expect(find(AMBIGUOUS, mapped(AMBIGUOUS, HERE))).toEqual([HERE.toString(16)]);
  });

  it('H1 finds an image that is loaded several times', () => {
    const three = [HERE, THERE, 0x7f0000200000n];
    const vmas = three.flatMap(bias => mapped(AMBIGUOUS, bias));
    expect(find(AMBIGUOUS, vmas)).toEqual(three.map(bias => bias.toString(16)));
  });

  it('H2 takes a file that is mapped as data for no image', () => {
    const data = [vma(HERE, HERE + 0x2000n, 'r--p', fileOffset(0n), FILE)];
    expect(find(AMBIGUOUS, data)).toEqual([]);
    const shared = mapped(AMBIGUOUS, HERE).map(one => ({
      ...one,
      permissions: one.permissions.replace('p', 's'),
    }));
    expect(find(AMBIGUOUS, shared)).toEqual([]);
  });

  it.each(['r--p', 'rw-p'])('H2 nor where its first page is mapped again beside it (%s)', permissions => {
    for (const first of [HERE - 0x1000n, HERE + 0x2000n])
      expect(
        find(AMBIGUOUS, [
          vma(HERE, HERE + 0x2000n, permissions, fileOffset(0n), FILE),
          vma(first, first + 0x1000n, 'r--p', fileOffset(0n), FILE),
        ]),
      ).toEqual([]);
  });

  it("finds an emulator's guest, whose code is mapped without x and becomes one mapping with the constants", () => {
    const guest = elfOf([
      'LOAD r-- 0+1000',
      'LOAD r-x 1000+1000 @1000',
      'LOAD r-- 2000+1000 @2000',
      'LOAD rw- 3000+1000 @3000',
    ]);
    const vmas = [
      vma(HERE, HERE + 0x3000n, 'r--p', fileOffset(0n), FILE),
      vma(HERE + 0x3000n, HERE + 0x4000n, 'rw-p', fileOffset(0x3000n), FILE),
    ];
    expect(find(guest, vmas)).toEqual([HERE.toString(16)]);
  });

  it('still finds it where the process has changed permissions or unmapped a part', () => {
    const vmas = mapped(AMBIGUOUS, HERE);
    const opened = vmas.map(one => ({ ...one, permissions: one.permissions.replace('r--p', 'rw-p') }));
    expect(find(AMBIGUOUS, opened)).toEqual([HERE.toString(16)]);
    for (const missing of ownOf(vmas)) {
      const rest = vmas.filter(one => one !== missing);
      if (missing.permissions !== 'r-xp') expect(find(AMBIGUOUS, rest)).toEqual([HERE.toString(16)]);
    }
  });

  it('does without offsets where the evidence has none', () => {
    const vmas = mapped(AMBIGUOUS, HERE).map(one => ({ ...one, offset: null }));
    expect(find(AMBIGUOUS, vmas)).toEqual([HERE.toString(16)]);
  });

  it('leaves a program at fixed addresses where it is', () => {
    const program = { ...AMBIGUOUS, type: 'EXEC' };
    expect(find(program, mapped(program, HERE, RULES), RULES)).toEqual([]);
    expect(find(program, mapped(program, 0n, RULES), RULES)).toEqual(['0']);
  });

  it('finds every bias of any image, by any loader', () => {
    const pages = fc.nat(3);
    const shape = fc.record({ size: fc.integer({ min: 1, max: 0x3000 }), gap: pages, bss: fc.nat(0x2000) });
    fc.assert(
      fc.property(
        fc.tuple(shape, shape, shape),
        fc.constantFrom<Loader>('kernel', 'glibc', 'musl'),
        fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 3 }),
        (shapes, loader, places) => {
          const elf = ordinary(shapes);
          const rules = { ...RULES, loader };
          const biases = places.toSorted((a, b) => a - b).map(place => HERE + BigInt(place) * 0x100000n);
          const vmas = biases.flatMap(bias => mapped(elf, bias, rules));
          expect(find(elf, vmas, rules)).toEqual(biases.map(bias => bias.toString(16)));
        },
      ),
    );
  });
});

interface Shape {
  readonly size: number;
  readonly gap: number;
  readonly bss: number;
}

/** Constants, code, data with .bss, back to back in the file as lld packs them. */
function ordinary(shapes: readonly [Shape, Shape, Shape]): ElfFile {
  let [at, offset] = [0, 0];
  const segments = shapes.map(({ size, gap, bss }, i) => {
    at = Math.ceil(at / 0x1000) * 0x1000 + gap * 0x1000 + (offset % 0x1000);
    const memsz = i === 2 ? size + bss : size;
    const words = `LOAD ${['r--', 'r-x', 'rw-'][i]} ${at.toString(16)}+${size.toString(16)}/${memsz.toString(16)} @${offset.toString(16)}`;
    at += memsz;
    offset += size;
    return words;
  });
  return elfOf(segments);
}
