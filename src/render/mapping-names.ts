import type { Mapping, Report } from '../model/report.ts';
import { baseName, LONGEST_KEY } from '../model/text.ts';
import { printable } from './printable.ts';

/** What mappings are called: the file's name, the kernel's name, or the module whose tail it is. */
export class MappingNames {
  readonly #report: Report;
  readonly #fullPath: boolean;
  /** By path: most files have several mappings. */
  readonly #shown = new Map<string, string>();

  constructor(report: Report, fullPath: boolean) {
    this.#report = report;
    this.#fullPath = fullPath;
  }

  of({ vma, module }: Mapping): string {
    if (vma.file !== null || vma.name.startsWith('/')) return this.#show(vma.name);
    if (vma.name !== '') return printable(vma.name);
    return module === null ? '[ anon ]' : this.#show(this.#report.modules[module]!.path);
  }

  #show(path: string): string {
    const known = path.length > LONGEST_KEY ? undefined : this.#shown.get(path);
    if (known !== undefined) return known;
    const shown = printable(this.#fullPath ? path : baseName(path));
    if (path.length <= LONGEST_KEY) this.#shown.set(path, shown);
    return shown;
  }
}
