/** ELF files to mutate: small ones written here, so that most of their bytes mean something, and real ones. */
import { readFileSync } from 'node:fs';
import { build } from '../../support/build.ts';
import { LIBRARY } from '../../support/variant.ts';
import { lieElf } from './lying-elf.ts';

/** A little of everything: program, library, 32 bits. */
export function imagesToMutate(): Uint8Array[] {
  return [
    lieElf(),
    lieElf({ is64: false }),
    readFileSync(build('plain.c')),
    readFileSync(build('lib.c', LIBRARY)),
  ];
}
