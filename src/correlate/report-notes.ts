/** What a report says beside its mappings and modules: what could not be read, what does not hold, what is left out. */
import type { Capture, Note } from '../model/capture.ts';
import type { Module } from '../model/module.ts';
import type { Effort } from './effort.ts';
import type { PlacedModule } from './modules.ts';

/** The capture's notes, and correlation's own. */
export function notesOf(
  capture: Capture,
  effort: Effort,
  placed: readonly PlacedModule[],
  justStarted: boolean,
  modules: readonly Module[],
  moduleOfFile: ReadonlyMap<number, number>,
): Note[] {
  return [
    ...capture.notes,
    ...effort.notes(),
    ...processNotes(placed),
    ...(justStarted ? [JUST_STARTED] : []),
    ...moduleNotes(modules),
    ...unplacedNotes(capture, moduleOfFile),
  ];
}

function processNotes(placed: readonly PlacedModule[]): Note[] {
  if (!placed.some(({ rules }) => rules.readImpliesExec)) return [];
  const message = 'READ_IMPLIES_EXEC is on: whatever the process maps readable is executable as well';
  return [{ code: 'read-implies-exec', message }];
}

/** Before the loader has run, RELRO is applied nowhere: that is no fault of anybody's. */
const JUST_STARTED: Note = {
  code: 'just-started',
  message: 'the process has just been started: its loader has not finished, and RELRO is applied nowhere yet',
};

/** What is wrong with files that are mapped as code and yet are nowhere what their headers say. */
function unplacedNotes({ files, vmas }: Capture, moduleOfFile: ReadonlyMap<number, number>): Note[] {
  const unplaced = new Set<number>();
  for (let i = 0; i < vmas.length; i++) {
    const { file, permissions } = vmas[i]!;
    if (file !== null && !moduleOfFile.has(file) && permissions[2] === 'x' && permissions[3] !== 's')
      unplaced.add(file);
  }
  return [...unplaced].flatMap(file => {
    const { path, image } = files[file]!;
    const flaws = image.status === 'read' ? image.candidates[0]!.elf.flaws : [];
    return flaws.map(flaw => ({ code: 'malformed-elf', message: `${path}: ${flaw}` }));
  });
}

function moduleNotes(modules: readonly Module[]): Note[] {
  const notes: Note[] = [];
  for (const { path, image } of modules) {
    if (image.status === 'unavailable') {
      notes.push({
        code: 'image-unavailable',
        message: `${path}: ${image.message}; its segments and sections are unknown`,
      });
      continue;
    }
    for (const flaw of image.elf.flaws) notes.push({ code: 'malformed-elf', message: `${path}: ${flaw}` });
    // Where nothing but a file's headers is at hand, whoever found them says so.
    if (image.elf.sectionsFrom === 'rebuilt' && image.elf.fileSize !== null)
      notes.push({
        code: 'no-section-headers',
        message: `${path} has no section headers; sections are known only as far as segments and the dynamic table tell`,
      });
  }
  return notes;
}
