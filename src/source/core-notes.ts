/** What a core file does not tell, said once each. */
import type { CoreFile } from '../elf/core.ts';
import type { CoreMapping } from '../elf/core-mappings.ts';
import type { Note } from '../model/capture.ts';

/** @param names the mappings' names, inferred ones among them. */
export function coreNotes(
  core: CoreFile,
  mappings: readonly CoreMapping[],
  names: readonly string[],
): Note[] {
  const notes: Note[] = core.flaws.map(flaw => ({ code: 'damaged-core', message: `the core file: ${flaw}` }));
  notes.push({
    code: 'core-limits',
    message:
      'a core file has no inode numbers, sharing (s or p), resident sizes and VmFlags, and of special mappings no names',
  });
  const inferred = [...new Set(names.filter((name, i) => name !== mappings[i]!.name))].toSorted();
  if (inferred.length > 0) {
    const message = `${inferred.join(', ')}: the name is inferred from the auxiliary vector, stack pointers and addresses`;
    notes.push({ code: 'names-inferred', message });
  }
  if (core.notes.files === null) {
    const message =
      'the core has no NT_FILE note (the kernel leaves it out where it would exceed 4 MiB): which files were mapped is unknown';
    notes.push({ code: 'no-file-names', message });
  }
  if (core.notes.auxv === null) {
    const message = 'the core has no auxiliary vector: load biases follow from the mappings alone';
    notes.push({ code: 'auxv-unreadable', message });
  }
  if (core.byGdb) {
    const unseen = mappings.filter(({ protection }) => protection === null).length;
    const message = `gcore wrote this core, which leaves out mappings that hold nothing of their own: ${unseen} are restored from NT_FILE, with the permissions that the file's segments ask for, but for w, which RELRO or the program may have taken away; others ([vvar], MADV_DONTDUMP) are lost; it shows every mapping as readable, so that is taken from the segments too, or unknown`;
    notes.push({ code: 'gcore-incomplete', message });
  }
  return notes;
}
