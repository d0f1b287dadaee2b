/** The line above the table: what the process is, and whether anything is unusual. */
import { isProgram } from '../model/elf.ts';
import type { Deviation, Module } from '../model/module.ts';
import type { Report } from '../model/report.ts';
import { printable } from './printable.ts';
import { amount } from './units.ts';

/** "1234: sleep 1000", or the evidence's name where no process is known. */
export function title(report: Report): string {
  const { process, origin } = report.capture;
  const what = process.command ?? process.executable ?? origin.path ?? '(standard input)';
  return process.pid === null ? printable(what) : `${process.pid}: ${printable(what)}`;
}

/** "x86-64 PIE · 4 KiB pages · RELRO partial, in force · stack rw · 5 modules, all as predicted" */
export function summary(report: Report): string {
  const { process } = report.capture;
  if (process.state === 'zombie') return 'zombie: it has ended and has no mappings any more';
  if (process.state === 'kernel-thread') return 'kernel thread: it has no mappings of its own';
  const parts: string[] = [];
  const predicted = report.capture.origin.kind === 'elf';
  const subject = predicted ? report.modules[0] : report.modules.find(({ role }) => role === 'executable');
  if (subject?.image.status === 'read') parts.push(`${subject.image.elf.machine} ${kindOfImage(subject)}`);
  parts.push(`${amount(process.pageSize)} pages${process.pageSizeFrom === 'assumed' ? ' (assumed)' : ''}`);
  if (subject?.image.status === 'read') {
    const { declared, inForce } = subject.relro;
    parts.push(
      declared === 'none'
        ? 'RELRO none'
        : `RELRO ${declared}, ${report.justStarted ? 'not applied yet' : `${predicted ? 'predicted ' : ''}${IN_FORCE[inForce]}`}`,
    );
  }
  parts.push(
    predicted
      ? `stack ${subject?.stack?.declared ?? 'unknown'} asked for`
      : `stack ${stackPermissions(report)}`,
  );
  parts.push(predicted ? 'predicted from the headers' : modulesPhrase(report));
  return parts.join(' · ');
}

/** "PIE", "non-PIE", "static PIE", "library", "dynamic loader", … by the file's own headers. */
function kindOfImage({ image, role }: Module): string {
  if (image.status !== 'read') return '';
  const { elf } = image;
  if (!isProgram(elf)) {
    if (role !== 'executable') return 'library';
    // What the kernel starts and is neither a program nor in need of a loader is one itself: `ld.so ./program`.
    if (elf.interpreter === null) return 'dynamic loader';
  }
  return `${elf.interpreter === null ? 'static ' : ''}${elf.type === 'EXEC' ? 'non-PIE' : 'PIE'}`;
}

const IN_FORCE = {
  yes: 'in force',
  no: 'NOT in force',
  partly: 'only partly in force',
  unknown: 'unknown whether in force',
  'not-applicable': 'not applicable',
};

function stackPermissions(report: Report): string {
  const stack = report.mappings.find(({ vma }) => vma.name === '[stack]');
  return stack ? stack.vma.permissions.slice(0, 3).replaceAll('-', '') : 'unknown';
}

/** A .bss that the kernel merged with a neighbour is an everyday thing; these do not count as unusual. */
const EVERYDAY: ReadonlySet<Deviation['code']> = new Set(['bss-merged', 'mapped-again']);

function modulesPhrase(report: Report): string {
  const { modules, mappings } = report;
  if (mappings.length === 0) return 'no mappings';
  const noun = modules.length === 1 ? '1 module' : `${modules.length} modules`;
  const unread = modules.filter(({ image }) => image.status === 'unavailable').length;
  let unusual = modules.reduce((sum, { deviations }) => sum + deviations.length, 0);
  for (let i = 0; i < mappings.length; i++) {
    const { deviations } = mappings[i]!;
    for (let j = 0; j < deviations.length; j++) if (!EVERYDAY.has(deviations[j]!.code)) unusual++;
  }
  const state = unusual === 0 ? 'all as predicted' : unusual === 1 ? '1 deviation' : `${unusual} deviations`;
  return unread === 0
    ? `${noun}, ${state}`
    : `${noun}, ${unread} unreadable${unusual > 0 ? `, ${state}` : ''}`;
}
