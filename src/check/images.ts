/** Judging module by module, with the same answer wherever the headers cannot be judged. */
import type { ElfFile, Section } from '../model/elf.ts';
import type { Module } from '../model/module.ts';
import type { Context } from './context.ts';
import type { About, Judgement } from './define-rule.ts';

export interface Image {
  readonly module: Module;
  readonly elf: ElfFile;
}

/** Asks `judge` about every module that a loader loaded and whose headers are known; says why not for the others. */
export function* judgeImages<J extends Judgement>(
  { report }: Context,
  subject: string | null,
  judge: (image: Image, about: About) => J,
): Generator<J | Unjudged> {
  for (const module of report.modules) {
    const about = { module: module.index, path: module.path, subject };
    const { image } = module;
    if (module.role === 'vdso') {
      yield notApplicable(about, 'the kernel itself maps the vDSO; no loader acts on its headers');
    } else if (image.status === 'unavailable') {
      yield inconclusive(about, `its headers could not be read: ${image.message}`);
    } else if (image.elf.type === 'REL') {
      yield notApplicable(about, 'a relocatable object is not loaded; this is decided when it is linked');
    } else if (image.elf.programHeaders.length === 0) {
      yield notApplicable(about, 'it has no program headers, so nothing loads it');
    } else {
      yield judge({ module, elf: image.elf }, about);
    }
  }
}

/** A judgement that says why there is none. */
export interface Unjudged {
  readonly outcome: 'inconclusive' | 'not-applicable';
  readonly about: About;
  readonly why: string;
}

export function inconclusive(about: About, why: string): Unjudged {
  return { outcome: 'inconclusive', about, why };
}

export function notApplicable(about: About, why: string): Unjudged {
  return { outcome: 'not-applicable', about, why };
}

/** Why a rule about the process says nothing of a file. */
export const PREDICTED =
  'this is the layout that a file asks for; what the kernel enforces shows in a process';

/** Why nothing is said of RELRO in a process whose loader has not finished. */
export const JUST_STARTED =
  'RELRO is not in force anywhere and there is no heap yet: the process has just been started and is still being loaded';

/** Why the dynamic table is not judged. */
export const TABLE_UNREAD = 'its dynamic table could not be read';

/** Has it a dynamic table that was not read? */
export function tableUnread(elf: ElfFile): boolean {
  return elf.dynamic === null && elf.programHeaders.some(({ type }) => type === 'DYNAMIC');
}

/**
 * The sections that hold a file's slots, where relocations do not name them (static programs, which keep them for
 * themselves). Without a slot, .got.plt has only its three reserved words, through which nothing is called.
 */
export function gotSections(elf: ElfFile): Section[] {
  const reserved = BigInt(3 * (elf.class / 8));
  return elf.sections.filter(
    ({ name, size }) => (name === '.got' && size > 0n) || (name === '.got.plt' && size > reserved),
  );
}
