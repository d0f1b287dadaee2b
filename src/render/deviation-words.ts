/** Deviations in words: a phrase for the table, a sentence for the report. */
import type { Deviation } from '../model/module.ts';
import type { Report } from '../model/report.ts';
import { hex, sizeOf } from '../model/units.ts';
import { printable } from './printable.ts';
import { amount } from './units.ts';

/** A phrase of a few words. */
export function deviationShort(deviation: Deviation, report: Report): string {
  switch (deviation.code) {
    case 'relro-not-applied':
      return 'RELRO not applied';
    case 'relro-partly-undone':
      return 'RELRO partly undone';
    case 'split-by-mprotect':
      return `mprotect: ${deviation.predicted} became ${deviation.actual}`;
    case 'split-by-flags':
      return 'split by VmFlags';
    case 'bss-merged':
      return 'merged with anonymous memory';
    case 'merged':
      return 'merged with its neighbour';
    case 'remapped-anonymous':
      return deviation.hugePages ? 'remapped to anonymous huge pages' : 'remapped to anonymous memory';
    case 'mapped-over':
      return `lies over ${moduleName(deviation.module, report)}`;
    case 'mapped-again':
      return `${deviation.sections.length > 0 ? `bytes of ${names(deviation.sections)} ` : ''}mapped again, not part of the loaded image`;
    case 'unmapped':
      return 'a predicted mapping is missing';
    case 'execute-missing':
      return 'execute permission missing';
    case 'text-modified':
      return `code written to in memory (${amount(deviation.bytes)})`;
    case 'labelled-heap':
      return 'labelled [heap] by the kernel';
    case 'beyond-end-of-file':
      return 'reaches beyond the end of the file';
    case 'stack-executable':
      return 'executable stack';
  }
}

/** A sentence that says what is there instead of what the headers predict, and what commonly causes it. */
export function deviationSentence(deviation: Deviation, report: Report): string {
  switch (deviation.code) {
    case 'relro-not-applied':
      return (
        `GNU_RELRO asks for ${hex(deviation.range.start)}-${hex(deviation.range.end)} to be read-only, but it is writable. ` +
        'Static musl programs never apply RELRO, ld.so of glibc up to 2.40 leaves its own writable where nothing needs it, ' +
        'and a process that has just started has not come to it; else mprotect has undone it.'
      );
    case 'relro-partly-undone':
      return `A part of GNU_RELRO is writable again: ${names(deviation.sections)}. mprotect has undone it.`;
    case 'split-by-mprotect':
      return (
        `The headers predict ${deviation.predicted}, it is ${deviation.actual}: ` +
        `mprotect has changed ${deviation.sections.length > 0 ? names(deviation.sections) : 'it'} after loading.`
      );
    case 'split-by-flags':
      return deviation.flags && deviation.flags.length > 0
        ? `One predicted mapping is split into several of equal permissions, because their VmFlags differ (${deviation.flags.join(' ')}).`
        : 'One predicted mapping is split into several of equal permissions (by madvise, mlock, mseal, fork or a name).';
    case 'bss-merged':
      return `The kernel has merged the anonymous tail of the segment with ${amount(deviation.bytes)} of adjacent anonymous memory of equal permissions.`;
    case 'merged':
      return deviation.bytes > 0
        ? `The kernel shows this predicted mapping and ${amount(deviation.bytes)} next to it as one.`
        : 'The kernel shows two predicted mappings as one.';
    case 'remapped-anonymous':
      return deviation.hugePages
        ? 'The headers predict a mapping of the file; the program has copied it onto anonymous huge pages (as node --use-largepages does).'
        : 'The headers predict a mapping of the file; anonymous memory is in its place (as where a packer or the program itself has put it).';
    case 'mapped-over':
      return `It lies where the headers of ${moduleName(deviation.module, report)} predict ${names(deviation.sections)}.`;
    case 'mapped-again':
      return (
        `The file is a loaded module, but this mapping is none of its segments: it was mapped once more, or moved here` +
        `${deviation.sections.length > 0 ? `, showing bytes of ${names(deviation.sections)}` : ''}.`
      );
    case 'unmapped':
      return (
        `${amount(sizeOf(deviation.range))} at ${hex(deviation.range.start)} that the headers predict are not mapped${deviation.sections.length > 0 ? ` (${names(deviation.sections)})` : ''}` +
        `${deviation.movedTo === null ? '' : `; the same bytes of the file are mapped at ${hex(deviation.movedTo)}`}.`
      );
    case 'execute-missing':
      return 'The segment asks for execute permission, but nothing of this module is executable: an emulator such as qemu-user maps its guest so.';
    case 'text-modified':
      return `${amount(deviation.bytes)} of this code are private copies, because they were written to (text relocations, a debugger's breakpoint, hot patching): they need not hold the file's bytes any more.`;
    case 'labelled-heap':
      return 'The kernel names it [heap] because it touches the program break; it is the .bss tail of the segment (kernels up to 6.6).';
    case 'beyond-end-of-file':
      return `From ${hex(deviation.range.start)} on it lies beyond the end of the file: touching it raises SIGBUS. The file was truncated, or its headers lie.`;
    case 'stack-executable':
      return 'The stack is executable although the header of the executable does not ask for it: a library that does, READ_IMPLIES_EXEC or mprotect has made it so.';
  }
}

const moduleName = (index: number, report: Report): string => printable(report.modules[index]!.path);

function names(sections: readonly string[]): string {
  if (sections.length === 0) return 'no section';
  const shown = sections.slice(0, 8).map(printable).join(' ');
  return sections.length > 8 ? `${shown} and ${sections.length - 8} more sections` : shown;
}
