/** ELF files to mutate: small ones written here, so that most of their bytes mean something, and real ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../support/shell.ts';
import { lieElf } from './lying-elf.ts';

const REAL = ['demo', 'demo-lld', 'demo-musl', 'demo-i386'];

/** A little of everything: linkers, C libraries, 32 bits. */
export function imagesToMutate(): Uint8Array[] {
  const real = REAL.map(name => readFileSync(join(ROOT, 'samples/sysroot/opt/demo', name)));
  return [lieElf(), lieElf({ is64: false }), ...real];
}
