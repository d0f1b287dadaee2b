/**
 * Programs and libraries to judge: every way of asking for RELRO, by every toolchain, and the headers and habits
 * that mislead those who read headers only.
 */
import { build } from './build.ts';
import { type Edit, patchElf } from './patch-elf.ts';
import { type StartOptions, type Subject, start } from './process.ts';
import { type Compiler, isPossible, type Kind, LINKERS, type Variant, variant } from './variant.ts';

/** A program or library to judge: what to build, and what to do to it afterwards. */
export type CheckRow = {
  readonly id: string;
  readonly source: string;
  readonly variant: Variant;
  readonly edits: readonly Edit[];
};

export function buildRow({ source, variant, edits }: CheckRow): string {
  const path = build(source, variant);
  return edits.length === 0 ? path : patchElf(path, ...edits);
}

/** Runs a row: a library in a program of the same toolchain. Its `probe` tells what is really writable. */
export function startRow(wanted: CheckRow, options?: StartOptions): Promise<Subject> {
  const path = buildRow(wanted);
  const { compiler, linker, kind } = wanted.variant;
  if (kind !== 'shared') return start(path, [], options);
  return start(build('dlopen.c', variant(compiler, linker, 'pie')), [path], options);
}

const RELRO: Readonly<Record<string, readonly string[]>> = {
  'relro-none': ['-Wl,-z,norelro', '-Wl,-z,lazy'],
  'relro-partial': ['-Wl,-z,relro', '-Wl,-z,lazy'],
  'relro-full': ['-Wl,-z,relro', '-Wl,-z,now'],
};
const KINDS: readonly Kind[] = ['pie', 'exec', 'static', 'static-pie', 'shared'];
const COMPILERS: readonly Compiler[] = ['gcc', 'clang', 'i686-linux-gnu-gcc'];

function row(source: string, built: Variant, ...edits: readonly Edit[]): CheckRow {
  return { id: [built.id, ...edits].join(' '), source, variant: built, edits };
}

const ordinaryRows = COMPILERS.flatMap(compiler =>
  LINKERS.flatMap(linker =>
    KINDS.flatMap(kind =>
      Object.entries(RELRO)
        .map(([relro, flags]) => variant(compiler, linker, kind, relro, flags))
        .filter(isPossible)
        .map(built => row(kind === 'shared' ? 'lib-relro.c' : 'plain.c', built)),
    ),
  ),
);

const muslRows = (['pie', 'static', 'static-pie'] as const).map(kind =>
  row('plain.c', variant('musl-gcc', 'bfd', kind, 'relro-full', RELRO['relro-full'])),
);

/** Flags and edits that mislead checkers. */
const oddRows = (['gcc', 'i686-linux-gnu-gcc'] as const).flatMap(compiler => {
  const full = variant(compiler, 'bfd', 'pie', 'relro-full', RELRO['relro-full']);
  const partial = variant(compiler, 'bfd', 'pie', 'relro-partial', RELRO['relro-partial']);
  return [
    row('threads.c', variant(compiler, 'bfd', 'pie', 'execstack', ['-Wl,-z,execstack'])),
    row('plain.c', variant(compiler, 'bfd', 'pie', 'now', ['-Wl,-z,now'])),
    row('plain.c', variant(compiler, 'bfd', 'pie', 'norelro now', ['-Wl,-z,norelro', '-Wl,-z,now'])),
    row('plain.c', variant(compiler, 'bfd', 'pie', 'textrel', ['-DTEXTREL', '-Wl,-z,notext'])),
    row('plain.c', partial, 'sections-stripped'),
    row('plain.c', full, 'relro-shrunk'),
    row('threads.c', full, 'stack-twice'),
    row('threads.c', full, 'stack-missing'),
    row('plain.c', full, 'stack-sized'),
    ...['thread-execstack.c', 'memfd-twice.c', 'relro-undone.c', 'data-read-only.c', 'text-modified.c'].map(
      source => ({ ...row(source, full), id: `${full.id} ${source}` }),
    ),
  ];
});

/** Everything that `check` is tried on. */
export const CHECK_MATRIX: readonly CheckRow[] = [...ordinaryRows, ...muslRows, ...oddRows];
