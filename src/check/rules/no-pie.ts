/** A program at a fixed address. */
import { isProgram } from '../../model/elf.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { judgeImages, notApplicable } from '../images.ts';

type Fixed = { type: string };

export const noPie: Rule = defineRule<Fixed, Fixed>({
  id: 'no-pie',
  aspect: 'declared',
  level: 'warning',
  title: 'not position-independent',
  doc: {
    meaning:
      'The program (type EXEC) is linked for fixed addresses: its code, GOT and data lie at the same place in every process.',
    consequence:
      'Randomisation of addresses does not cover the program itself, so an attacker knows where its code and data are.',
    causes: [
      'linked with -no-pie',
      'linked with -static instead of -static-pie',
      'a compiler whose default is not PIE',
    ],
    remedy: 'Compile with -fPIE and link with -pie (static programs: -static-pie; Go: -buildmode=pie).',
  },
  judge: context =>
    judgeImages(context, null, ({ module, elf }, about) => {
      const facts = { type: elf.type };
      if (elf.type === 'EXEC') return { outcome: 'fail', about, facts };
      const program = context.predicted ? isProgram(elf) : module.role === 'executable';
      if (!program) return notApplicable(about, 'it is no program that the kernel has started');
      return { outcome: 'pass', about, facts };
    }),
  fail: () => 'it is linked for fixed addresses (type EXEC)',
  pass: () => 'it can be loaded at any address (type DYN)',
});
