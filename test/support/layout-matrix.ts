/** Programs and libraries that differ in their layout in memory: every linker's habits, every kind, both classes. */
import { isPossible, type Kind, LINKERS, type Linker, type Variant, variant } from './variant.ts';

const GLIBC_PROGRAMS: readonly Kind[] = ['exec', 'static', 'static-pie'];

const LAYOUTS: Readonly<Record<string, readonly string[]>> = {
  'separate-code': ['-Wl,-z,separate-code'],
  'noseparate-code': ['-Wl,-z,noseparate-code'],
  norelro: ['-Wl,-z,norelro'],
  lazy: ['-Wl,-z,lazy'],
  now: ['-Wl,-z,now'],
};

/** gold does not know -z separate-code; whether constants get a segment of their own it calls otherwise. */
const GOLD_LAYOUTS: typeof LAYOUTS = {
  ...LAYOUTS,
  'separate-code': ['-Wl,--rosegment'],
  'noseparate-code': ['-Wl,--no-rosegment'],
};

const layouts = (linker: Linker): [string, readonly string[]][] =>
  Object.entries(linker === 'gold' ? GOLD_LAYOUTS : LAYOUTS);

/** Macros of plain.c; without a .bss there is no room for crtbegin.o, which has one. */
const BSS: Readonly<Record<string, readonly string[]>> = {
  'small-bss': ['-DBSS=64'],
  'large-bss': ['-DBSS=8388608'],
  'no-bss': ['-DBSS=0', '-nostartfiles'],
};

/** Ways to build plain.c so that the layout in memory differs. */
export const LAYOUT_MATRIX: readonly Variant[] = [
  ...LINKERS.flatMap(linker =>
    layouts(linker).flatMap(([layout, layoutFlags]) =>
      Object.entries(BSS).map(([bss, bssFlags]) =>
        variant('gcc', linker, 'pie', `${layout} ${bss}`, [...layoutFlags, ...bssFlags]),
      ),
    ),
  ),
  ...LINKERS.flatMap(linker => GLIBC_PROGRAMS.map(kind => variant('gcc', linker, kind))),
  ...LINKERS.flatMap(linker =>
    (['pie', 'static', 'static-pie'] as const).map(kind => variant('musl-gcc', linker, kind)),
  ),
  ...LINKERS.flatMap(linker =>
    (['pie', ...GLIBC_PROGRAMS] as const).map(kind => variant('i686-linux-gnu-gcc', linker, kind)),
  ),
].filter(isPossible);

/** Ways to build lib.c or lib-relro.c. */
export const LIBRARY_MATRIX: readonly Variant[] = LINKERS.flatMap(linker => [
  ...layouts(linker).map(([layout, flags]) => variant('gcc', linker, 'shared', layout, flags)),
  variant('musl-gcc', linker, 'shared'),
  variant('i686-linux-gnu-gcc', linker, 'shared'),
]);
