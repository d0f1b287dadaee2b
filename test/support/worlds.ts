/** An ordinary process, to be made odd: a program, its libc, its loader, heap, stack and vDSO. */

import type { ModuleInWorld, World } from './dsl.ts';
import { elf } from './elf-words.ts';

/** Four segments, RELRO of one page in the last of them, lazy binding: .got.plt straddles the end of RELRO. */
export const SEGMENTS = ['LOAD r-- 0 1000', 'LOAD r-x 1000 1000', 'LOAD r-- 2000 1000', 'LOAD rw- 3000 2000'];
export const LAZY = [
  ...SEGMENTS,
  'GNU_RELRO r-- 3000 1000',
  'GNU_STACK rw- 0 0',
  '.data.rel.ro 3000 f00',
  '.got 3f00 e8',
  '.got.plt 3fe8 40',
  '.data 4028 100',
  'glob-dat 3f00 3f08',
  'jump-slot 4000 4008 4010',
];
/** The same with -z now: everything within RELRO. */
export const EAGER = [
  ...SEGMENTS,
  'GNU_RELRO r-- 3000 1000',
  'GNU_STACK rw- 0 0',
  '.data.rel.ro 3000 f00',
  '.got 3f00 100',
  '.data 4000 100',
  'glob-dat 3f00 3f08',
  'jump-slot 3f10 3f18',
];
export const DYNAMIC = 'DYN interp=/lib64/ld-linux-x86-64.so.2 needed=libc.so.6 pie';

export const APP: ModuleInWorld = {
  path: '/bin/app',
  base: 0x563412340000n,
  role: 'executable',
  elf: elf(DYNAMIC, ...LAZY),
};
export const LIBC: ModuleInWorld = {
  path: '/lib/libc.so.6',
  base: 0x7f1000000000n,
  elf: elf('DYN soname=libc.so.6 needed=ld-linux-x86-64.so.2 now', ...EAGER),
};
export const LOADER: ModuleInWorld = {
  path: '/lib/ld-linux-x86-64.so.2',
  base: 0x7f1000100000n,
  role: 'interpreter',
  elf: elf('DYN soname=ld-linux-x86-64.so.2 now', ...EAGER),
};

/** The mappings of a module whose RELRO is in force. */
export const mapped = (name: string): string => `
  ${name}:0000-1000 r--p {}
  ${name}:1000-2000 r-xp {}
  ${name}:2000-3000 r--p {}
  ${name}:3000-4000 r--p {Anonymous=4096 ac}
  ${name}:4000-5000 rw-p {Anonymous=4096 ac}`;

export const HEAP = '563450000000-563450021000 rw-p [heap]';
export const STACK = '7ffe00000000-7ffe00021000 rw-p [stack]';
export const VDSO = '7ffe00030000-7ffe00032000 r-xp [vdso]';

export const ordinary: World = {
  modules: { app: APP, libc: LIBC, ld: LOADER },
  maps: [mapped('app'), HEAP, mapped('libc'), mapped('ld'), STACK, VDSO].join('\n'),
  vdso: elf('DYN soname=linux-vdso.so.1', 'LOAD r-x 0 1000'),
};

/** The ordinary process with another program, mapped as told or as usual. */
export function withApp(
  app: Partial<ModuleInWorld>,
  maps = mapped('app'),
  ...more: readonly string[]
): World {
  return {
    ...ordinary,
    modules: { app: { ...APP, ...app }, libc: LIBC, ld: LOADER },
    maps: [maps, HEAP, mapped('libc'), mapped('ld'), STACK, VDSO, ...more].join('\n'),
  };
}

/** The ordinary process with text exchanged in its mappings. */
export const remapped = (from: string, to: string, world: World = ordinary): World => {
  if (!world.maps.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return { ...world, maps: world.maps.replace(from, to) };
};

/** The ordinary process with more mappings. */
export const alsoMapped = (...lines: readonly string[]): World => ({
  ...ordinary,
  maps: [ordinary.maps, ...lines].join('\n'),
});

export const STATIC = '/bin/static';

/** A static program alone. */
export function staticWorld(
  program: ModuleInWorld['elf'],
  maps = mapped('app'),
  ...more: readonly string[]
): World {
  return {
    modules: { app: { path: STATIC, base: 0x400000n, role: 'executable', elf: program } },
    maps: [maps, STACK, ...more].join('\n'),
  };
}

export const LIBRARY = '/opt/lib.so';

/** The ordinary process with one more library. */
export const withLibrary = (library: ModuleInWorld['elf'], maps = mapped('lib')): World => ({
  ...ordinary,
  modules: { ...ordinary.modules, lib: { path: LIBRARY, base: 0x7f2000000000n, elf: library } },
  maps: [ordinary.maps, maps].join('\n'),
});

/** A file by itself: the mappings that its headers predict, and no process. */
export const predicted = (file: ModuleInWorld['elf']): World => ({
  modules: { app: { ...APP, elf: file } },
  maps: mapped('app'),
  origin: 'elf',
});

/** An ordinary dynamic program of another machine. */
export const machine = (name: string): string => DYNAMIC.replace('DYN', `DYN ${name}`);
