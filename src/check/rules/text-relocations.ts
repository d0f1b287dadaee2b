/** Relocations in what is not to be written: the loader must make it writable to apply them. */
import { defineRule, type Rule } from '../define-rule.ts';
import { inconclusive, judgeImages, notApplicable, TABLE_UNREAD, tableUnread } from '../images.ts';

type Relocations = { machine: string; staysWritable: boolean };

export const textRelocations: Rule = defineRule<Relocations, Record<string, never>>({
  id: 'text-relocations',
  aspect: 'declared',
  level: 'warning',
  title: 'text relocations',
  doc: {
    meaning:
      'The dynamic table has DT_TEXTREL (or the flag DF_TEXTREL): addresses within segments that are not writable, code or constants, are filled in when the file is loaded.',
    consequence:
      'While it is loaded these segments are writable, and pages with such addresses are private copies afterwards, so that changed code cannot be told from relocated code. musl leaves a whole library but for its RELRO writable and executable for ever; SELinux (execmod) refuses to load it.',
    causes: ['objects that were not compiled with -fPIC or -fPIE', 'assembler code with absolute addresses'],
    remedy:
      'Compile everything with -fPIC or -fPIE and link with -Wl,-z,text, which turns such relocations into errors.',
  },
  judge: context =>
    judgeImages(context, 'DT_TEXTREL', ({ module, elf }, about) => {
      if (tableUnread(elf)) return inconclusive(about, TABLE_UNREAD);
      if (!elf.dynamic) return notApplicable(about, 'it has no dynamic table, so no loader relocates it');
      if (!elf.textRelocations) return { outcome: 'pass', about, facts: {} };
      const staysWritable = context.report.libraryLoader === 'musl' && module.loader === 'musl';
      return { outcome: 'fail', about, facts: { machine: elf.machine, staysWritable } };
    }),
  fail: ({ staysWritable }) =>
    staysWritable
      ? 'addresses within its code or constants are filled in at load time, and musl leaves them writable for ever'
      : 'addresses within its code or constants are filled in at load time, for which they are made writable',
  pass: () => 'nothing within its code and constants is relocated',
});
