/** No PT_GNU_RELRO: the loader is not even asked to protect anything. */
import { relroHeader } from '../../model/elf.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { judgeImages, notApplicable } from '../images.ts';
import { RELRO_SUBJECT } from '../relro.ts';

type Missing = { header: 'absent' | 'empty'; writableSegments: number };
type Present = { bytes: number };

export const relroMissing: Rule = defineRule<Missing, Present>({
  id: 'relro-missing',
  aspect: 'declared',
  level: 'error',
  title: 'no RELRO',
  doc: {
    meaning:
      'The file has writable segments but no GNU_RELRO program header, so the loader leaves everything writable that it has relocated. Binding eagerly (-z now) without this header protects nothing.',
    consequence:
      'Whoever can write one word of memory can redirect calls: the GOT, .init_array, .fini_array, .dynamic and tables of function pointers stay writable for the whole life of the process.',
    causes: [
      'linked with -z norelro',
      'a linker or language tool chain that does not make the header by default (Go with its internal linker)',
    ],
    remedy: 'Link with -Wl,-z,relro,-z,now (Go: -ldflags=-linkmode=external -buildmode=pie).',
  },
  judge: context =>
    judgeImages(context, RELRO_SUBJECT, ({ elf }, about) => {
      const header = relroHeader(elf);
      if (header && header.memsz > 0n)
        return { outcome: 'pass', about, facts: { bytes: Number(header.memsz) } };
      const writableSegments = elf.programHeaders.filter(
        ({ type, flags }) => type === 'LOAD' && flags.write,
      ).length;
      if (writableSegments === 0) return notApplicable(about, 'it has no writable segment to protect');
      return { outcome: 'fail', about, facts: { header: header ? 'empty' : 'absent', writableSegments } };
    }),
  fail: ({ header }) =>
    header === 'empty'
      ? 'its GNU_RELRO header covers no bytes: nothing is made read-only after relocation'
      : 'it has no GNU_RELRO header: nothing is made read-only after relocation',
  pass: ({ bytes }) => `its GNU_RELRO header asks for ${bytes} bytes to be made read-only`,
});
