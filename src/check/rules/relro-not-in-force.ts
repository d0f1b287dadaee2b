/** Asked for and not given: pages of GNU_RELRO that are writable in the process. */

import { isStaticProgram } from '../../model/elf.ts';
import type { Module } from '../../model/module.ts';
import type { Level } from '../../model/rule.ts';
import { baseName } from '../../model/text.ts';
import { accessTo, type Context } from '../context.ts';
import { defineRule, type Rule } from '../define-rule.ts';
import { type Image, inconclusive, JUST_STARTED, judgeImages, notApplicable, PREDICTED } from '../images.ts';
import { RELRO_SUBJECT, relroOf } from '../relro.ts';
import { bytesOf, list, sectionsIn } from '../words.ts';

type Cause = 'undone' | 'static-start-code' | 'loader-itself' | 'unknown';
type Broken = {
  writableBytes: number;
  protectedBytes: number;
  unknownBytes: number;
  pages: number;
  sections: string;
  cause: Cause;
};
type InForce = { protectedBytes: number };

export const relroNotInForce: Rule = defineRule<Broken, InForce>({
  id: 'relro-not-in-force',
  aspect: 'real',
  level: 'error',
  title: 'RELRO not in force',
  doc: {
    meaning:
      'The file asks for RELRO, and yet pages of that range are writable in the process. Only whole pages within the range are judged; what page rounding leaves out is the matter of relro-cut-short. Where nobody ever applies it (static programs of musl) this is a warning, of an ld.so that leaves itself out a note.',
    consequence:
      'The process is as open to overwritten function pointers as one without RELRO, while every check of the file says that it is protected.',
    causes: [
      'static programs of musl: its start code never applies RELRO',
      'ld.so of glibc 2.40 and older protects its own data only if a loaded file names it as needed (a Go program without libc does not)',
      'the program made the pages writable again with mprotect',
      'an emulator or a loader of its own that does not know RELRO',
    ],
    remedy:
      'Link dynamically, or against glibc; find the mprotect call with strace -e mprotect; update glibc to 2.41 or newer for its ld.so.',
  },
  judge: context => {
    return judgeImages(context, RELRO_SUBJECT, (image, about) => {
      const { module, elf } = image;
      if (context.predicted) return notApplicable(about, PREDICTED);
      const pages = relroOf(context, module)?.pages;
      if (!pages || !module.placement) return notApplicable(about, 'it asks for no whole page of RELRO');
      const access = accessTo(context.report, pages);
      const [writable, readOnly] = [bytesOf(access.writable), bytesOf(access.readOnly)];
      if (writable === 0 && access.unknown.length > 0)
        return inconclusive(
          about,
          'whether its RELRO pages may be written does not show in the evidence, or they are shared',
        );
      if (writable + readOnly === 0) return inconclusive(about, 'its RELRO pages are not mapped any more');
      if (writable === 0) return { outcome: 'pass', about, facts: { protectedBytes: readOnly } };
      if (context.report.justStarted) return inconclusive(about, JUST_STARTED);
      const cause = readOnly > 0 ? 'undone' : causeOf(context, image);
      const facts = {
        writableBytes: writable,
        protectedBytes: readOnly,
        unknownBytes: bytesOf(access.unknown),
        pages: writable / context.report.capture.process.pageSize,
        sections: list(sectionsIn(elf, module.placement, access.writable)),
        cause,
      };
      return {
        outcome: 'fail',
        about: { ...about, range: access.writable[0]! },
        facts,
        level: LEVELS[cause],
      };
    });
  },
  fail: ({ writableBytes, protectedBytes, unknownBytes, sections, cause }) => {
    const others = protectedBytes + unknownBytes;
    const which =
      others === 0
        ? `all ${writableBytes} bytes of RELRO pages`
        : `of its ${writableBytes + others} bytes of RELRO pages ${writableBytes}`;
    return `${which} are writable${sections === '' ? '' : ` (${sections})`}: ${CAUSES[cause]}`;
  },
  pass: ({ protectedBytes }) =>
    `the kernel forbids writing to all ${protectedBytes} bytes of its RELRO pages`,
});

const CAUSES: Record<Cause, string> = {
  undone: 'they were made writable again',
  'static-start-code':
    'a static program has to apply it in its own start code, which did not (that of musl never does)',
  'loader-itself':
    'ld.so of glibc 2.40 and older protects itself only if a loaded file names it as needed, and none does',
  unknown: 'the loader did not apply it, or it was undone',
};

/** What nobody broke but what was never built in is less alarming. */
const LEVELS: Record<Cause, Level> = {
  undone: 'error',
  'static-start-code': 'warning',
  'loader-itself': 'note',
  unknown: 'error',
};

function causeOf({ report }: Context, image: Image): Cause {
  if (isStaticProgram(image.elf)) return 'static-start-code';
  const { module } = image;
  if (module.role === 'interpreter' && !report.modules.some(other => needs(other, image)))
    return 'loader-itself';
  return 'unknown';
}

function needs(other: Module, { module, elf }: Image): boolean {
  const name = elf.dynamic?.soname ?? baseName(module.path);
  return other.image.status === 'read' && (other.image.elf.dynamic?.needed.includes(name) ?? false);
}
