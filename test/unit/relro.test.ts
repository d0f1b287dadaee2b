/** What GNU_RELRO declares, and what the kernel enforces of it. */
import { describe, expect, it } from 'vitest';
import { declaredRelro, relroState, stackRequest } from '../../src/correlate/relro.ts';
import { VmaIndex } from '../../src/correlate/vma-index.ts';
import type { DynamicTable, ElfFile } from '../../src/model/elf.ts';
import type { RelroState } from '../../src/model/module.ts';
import { address, loadBias } from '../../src/model/units.ts';
import type { Vma } from '../../src/model/vma.ts';
import { elfOf } from '../support/segment-words.ts';

const LOAD = 'LOAD rw- 3000+2000';
const RELRO = 'GNU_RELRO r-- 3000+1000';
const LAZY: DynamicTable = { needed: [], soname: null, bindNow: false, pie: false, debug: false };
const EAGER: DynamicTable = { ...LAZY, bindNow: true };

describe('declared', () => {
  const declared = (
    segments: readonly string[],
    rest: Partial<ElfFile>,
    sections: readonly string[] = [],
  ): string => declaredRelro(elfOf(segments, sections, rest));

  it('full: the header, and eager binding', () => {
    expect(declared([LOAD, RELRO], { dynamic: EAGER })).toBe('full');
  });

  it('partial: the header alone', () => {
    expect(declared([LOAD, RELRO], { dynamic: LAZY })).toBe('partial');
  });

  it('none: eager binding alone protects nothing', () => {
    expect(declared([LOAD], { dynamic: EAGER })).toBe('none');
    expect(declared([LOAD, 'GNU_RELRO r-- 3000+0'], { dynamic: EAGER })).toBe('none');
  });

  it('a static program binds nothing lazily: full, if its .got.plt is covered', () => {
    const program = { type: 'EXEC' };
    expect(declared([LOAD, RELRO], program)).toBe('full');
    expect(declared([LOAD, RELRO], program, ['.got.plt WA 3fe8+18'])).toBe('full');
    expect(declared([LOAD, RELRO], program, ['.got.plt WA 3fe8+28'])).toBe('partial');
    const pie = { dynamic: { ...LAZY, pie: true } };
    expect(declared([LOAD, RELRO], pie)).toBe('full');
    expect(declared([LOAD, RELRO], { ...pie, interpreter: '/lib/ld.so' })).toBe('partial');
  });

  it('unknown where the dynamic table was not read', () => {
    expect(declared([LOAD, RELRO, 'DYNAMIC rw- 3800+100'], { depth: 'layout' })).toBe('unknown');
    expect(declared([LOAD, 'DYNAMIC rw- 3800+100'], { depth: 'layout' })).toBe('none');
  });

  it('not applicable without program headers', () => {
    expect(declared([], {})).toBe('not-applicable');
  });
});

describe('in force', () => {
  const vma = (start: bigint, end: bigint, permissions: string): Vma => ({
    start: address(start),
    end: address(end),
    permissions,
    offset: null,
    device: null,
    inode: null,
    name: '',
    figures: null,
    vmFlags: null,
    file: null,
  });

  /** The state of GNU_RELRO 3000+3000 of an image at 10000, mapped as told. */
  const state = (...vmas: readonly Vma[]): RelroState =>
    relroState(
      elfOf(['LOAD rw- 3000+4000', 'GNU_RELRO r-- 3000+3000']),
      { bias: loadBias(0x10000n), from: 'auxv', pieces: [] },
      new VmaIndex(vmas),
    );
  const range = (start: bigint, end: bigint) => ({ start, end });

  it('yes, no, partly', () => {
    const all = range(0x13000n, 0x16000n);
    expect(state(vma(0x13000n, 0x16000n, 'r--p'))).toMatchObject({
      inForce: 'yes',
      requested: all,
      protected: [all],
    });
    expect(state(vma(0x13000n, 0x17000n, 'rw-p'))).toMatchObject({ inForce: 'no', protected: [] });
    expect(state(vma(0x13000n, 0x14000n, 'rw-p'), vma(0x14000n, 0x17000n, 'r--p'))).toMatchObject({
      inForce: 'partly',
      protected: [range(0x14000n, 0x16000n)],
    });
  });

  it('ranges that touch are one', () => {
    const { protected: ranges } = state(vma(0x13000n, 0x14000n, 'r--p'), vma(0x14000n, 0x16000n, 'r-xp'));
    expect(ranges).toEqual([range(0x13000n, 0x16000n)]);
  });

  it('unknown where permissions are, or where nothing is mapped', () => {
    expect(state(vma(0x13000n, 0x16000n, 'r?-p')).inForce).toBe('unknown');
    expect(state().inForce).toBe('unknown');
  });

  it('not applicable without the header', () => {
    const placement = { bias: loadBias(0n), from: 'auxv' as const, pieces: [] };
    const without = relroState(elfOf([LOAD]), placement, new VmaIndex([]));
    expect(without).toMatchObject({ inForce: 'not-applicable', requested: null });
  });

  it('the last of several headers counts, as it does for the loaders', () => {
    const elf = elfOf([LOAD, 'GNU_RELRO r-- 3000+1000', 'GNU_RELRO r-- 4000+800']);
    const placement = { bias: loadBias(0n), from: 'auxv' as const, pieces: [] };
    expect(relroState(elf, placement, new VmaIndex([])).requested).toEqual(range(0x4000n, 0x4800n));
  });
});

it('the last GNU_STACK counts, as it does for the kernel', () => {
  expect(stackRequest(elfOf([]))).toEqual({ declared: 'absent', header: false });
  expect(stackRequest(elfOf(['GNU_STACK rw- 0+0']))).toEqual({ declared: 'rw', header: true });
  expect(stackRequest(elfOf(['GNU_STACK rw- 0+0', 'GNU_STACK rwx 0+0']))).toEqual({
    declared: 'rwx',
    header: true,
  });
});
