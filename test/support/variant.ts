/** How a subject is compiled and linked: the words, and what they mean to each compiler. */
import type { Tool } from './tools.ts';

export type Compiler = 'gcc' | 'clang' | 'musl-gcc' | 'i686-linux-gnu-gcc' | 'aarch64-linux-gnu-gcc';
export type Linker = 'bfd' | 'gold' | 'lld' | 'mold';
export const LINKERS: readonly Linker[] = ['bfd', 'gold', 'lld', 'mold'];
export type Kind = 'pie' | 'exec' | 'static' | 'static-pie' | 'shared';

export type Variant = {
  readonly id: string;
  readonly compiler: Compiler;
  readonly linker: Linker;
  readonly kind: Kind;
  readonly flags: readonly string[];
};

/** A variant by its three choices; the id is made of them and of `label`, which should tell the flags. */
export function variant(
  compiler: Compiler,
  linker: Linker,
  kind: Kind,
  label = '',
  flags: readonly string[] = [],
): Variant {
  const id = [compiler, linker, kind, label].filter(Boolean).join(' ');
  return { id, compiler, linker, kind, flags };
}

/** What most tests want: a PIE as the distribution's own compiler makes it. */
export const DEFAULT: Variant = variant('gcc', 'bfd', 'pie');

/** The same for a library. */
export const LIBRARY: Variant = variant('gcc', 'bfd', 'shared');

const MUSL_LIBRARIES = '/usr/lib/x86_64-linux-musl';

const KIND_FLAGS: Record<Kind, readonly string[]> = {
  pie: ['-fPIE', '-pie'],
  exec: ['-fno-pie', '-no-pie'],
  static: ['-fno-pie', '-static'],
  'static-pie': ['-fPIE', '-static-pie'],
  shared: ['-fPIC', '-shared'],
};

/**
 * musl-gcc always names a dynamic linker, which lld and mold then write even into static programs (they crash),
 * and takes -static-pie for -pie. So both are spelled out; gold needs, and knows, no --no-dynamic-linker.
 */
function muslFlags(kind: Kind, linker: Linker): readonly string[] {
  const noLoader = linker === 'gold' ? [] : ['-Wl,--no-dynamic-linker'];
  if (kind === 'static') return ['-fno-pie', '-no-pie', '-static', ...noLoader];
  if (kind !== 'static-pie') return KIND_FLAGS[kind];
  const start = ['rcrt1.o', 'crti.o', 'crtn.o'].map(name => `${MUSL_LIBRARIES}/${name}`);
  return ['-fPIE', '-static', '-nostartfiles', '-Wl,-pie', ...noLoader, ...start];
}

/** The compiler's arguments, but for the source, the output and where cross compilers find their linker. */
export function compilerFlags({ compiler, linker, kind, flags }: Variant): string[] {
  const kindFlags = compiler === 'musl-gcc' ? muslFlags(kind, linker) : KIND_FLAGS[kind];
  return [`-fuse-ld=${linker}`, '-O1', '-Wall', '-Wextra', '-pthread', ...kindFlags, ...flags];
}

export const isCross = (compiler: Compiler): boolean => /^(i686|aarch64)-/.test(compiler);

/** The program that links: GNU's are part of each cross toolchain, lld and mold link for every machine. */
export function linkerTool({ compiler, linker }: Variant): Tool {
  const prefix =
    isCross(compiler) && linker !== 'lld' && linker !== 'mold' ? compiler.replace(/gcc$/, '') : '';
  return `${prefix}ld.${linker}`;
}

/** What a test must have to build the variant and, unless told otherwise, to run it here. */
export function requirements(wanted: Variant, purpose: 'build' | 'run' = 'run'): Tool[] {
  const tools = [wanted.compiler, linkerTool(wanted)];
  if (purpose === 'build') return tools;
  if (wanted.compiler === 'i686-linux-gnu-gcc') tools.push('ia32');
  if (wanted.compiler === 'aarch64-linux-gnu-gcc' && process.arch !== 'arm64') tools.push('arm64 machine');
  return tools;
}

/**
 * Combinations that Debian 12's tools cannot make: gold 1.16 refuses --no-dynamic-linker, which gcc passes for a
 * static PIE, and lld 14's 32-bit static PIEs crash before main.
 */
export const isPossible = ({ compiler, linker, kind }: Variant): boolean =>
  kind !== 'static-pie' || (linker !== 'gold' && !(linker === 'lld' && compiler === 'i686-linux-gnu-gcc'));
