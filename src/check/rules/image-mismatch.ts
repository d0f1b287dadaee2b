/** Evidence comes before verdicts: are the headers that were read those of what is mapped? */
import type { Module } from '../../model/module.ts';
import { sizeOf } from '../../model/units.ts';
import type { Context } from '../context.ts';
import { type About, defineRule, type Judgement, type Rule } from '../define-rule.ts';
import { inconclusive, notApplicable } from '../images.ts';

type Mismatch = { reason: string; explanation: string; bytesBeyondFile: number | null };
type Match = { identity: string };

export const imageMismatch: Rule = defineRule<Mismatch, Match>({
  id: 'image-mismatch',
  aspect: 'evidence',
  level: 'error',
  title: 'file and process disagree',
  doc: {
    meaning:
      'The file at the mapped path is not the file that the process has mapped: its inode, its build ID or its segments differ, or it has become shorter than its mapping. An overwrite that keeps inode, length and segments does not show.',
    consequence:
      'Verdicts about the file say nothing of the running code; none is given where another file lies there. Pages beyond the end of a truncated file kill the process with SIGBUS when they are touched.',
    causes: [
      'the package was upgraded, or the program rebuilt, while the process was running',
      'a library was overwritten in place (cp onto it) instead of being replaced by a rename',
      'captured text is judged on a machine that has another version of the file',
    ],
    remedy:
      'Restart the process. For captured text, name the right binaries with --sysroot or --elf. Install libraries by renaming a complete file into place.',
  },
  *judge(context) {
    for (const module of context.report.modules) yield judgeModule(context, module);
  },
  fail: ({ explanation }) => `the file is not what is mapped: ${explanation}`,
  pass: ({ identity }) => `the file is the mapped one (proved by ${identity})`,
});

function judgeModule(context: Context, module: Module): Judgement<Mismatch, Match> {
  const about: About = { module: module.index, path: module.path, subject: null };
  const { image } = module;
  if (context.predicted) return notApplicable(about, 'only a file is judged, without a process');
  if (module.role === 'vdso')
    return notApplicable(about, 'its image was read from the memory of the process');
  if (image.status === 'unavailable') {
    const { reason, message } = image;
    if (reason !== 'replaced' && reason !== 'mismatch')
      return inconclusive(about, `nothing can be compared: ${message}`);
    return { outcome: 'fail', about, facts: { reason, explanation: message, bytesBeyondFile: null } };
  }
  const beyond = bytesBeyondFile(context, module);
  if (beyond > 0) {
    const explanation = `it is shorter than its mapping by ${beyond} bytes of whole pages`;
    return { outcome: 'fail', about, facts: { reason: 'truncated', explanation, bytesBeyondFile: beyond } };
  }
  const { identity } = image;
  if (identity === 'path-only')
    return inconclusive(
      about,
      'the file was found by its name alone; nothing proves that it is the mapped one',
    );
  return { outcome: 'pass', about, facts: { identity } };
}

function bytesBeyondFile(context: Context, module: Module): number {
  let bytes = 0;
  for (const { deviations } of context.mappingsOf[module.index]!)
    for (const deviation of deviations)
      if (deviation.code === 'beyond-end-of-file') bytes += sizeOf(deviation.range);
  return bytes;
}
