/** Captured text → Captures: one for each process in it. The binaries are looked for where the options say. */
import type { Capture, Note, ProcessFacts } from '../model/capture.ts';
import { likelyPageSize } from '../parse/page-size.ts';
import { prefixHint, TextParser, type TextProcess, UnrecognisedText } from '../parse/text.ts';
import { badLineNotes } from './bad-line-notes.ts';
import { TargetError } from './errors.ts';
import type { BinaryOptions } from './find-binary.ts';
import { ImageSearch } from './find-images.ts';
import { inOrder } from './in-order.ts';

export interface TextOptions extends BinaryOptions {
  /** Of a text that tells none, or of an ELF file, in bytes; null: what they allow. */
  readonly pageSize: number | null;
}

/**
 * Parses text that is handed over in pieces (latin1).
 * @throws TargetError 'unusable' for text that is nothing known.
 */
export function captureText(
  path: string | null,
  feedInto: (feed: (text: string) => void) => void,
  options: TextOptions,
): Capture[] {
  const parser = new TextParser();
  const processes = parsed(parser, feedInto);
  if (processes.every(hasNothing)) throw nothingIn(processes[0]!);
  const search = new ImageSearch(options);
  const found = processes.map(process => imagesOf(process, search));
  return processes.map((process, i) =>
    toCapture(process, path, found[i]!, i === 0 ? search.unusedNotes() : [], options),
  );
}

const hasNothing = ({ vmas, command }: TextProcess): boolean =>
  vmas.length === 0 && stateOf(command) === 'running';

/** Recognised, and yet without a mapping: why. */
function nothingIn(process: TextProcess): TargetError {
  const hint = prefixHint(process.badLines);
  if (hint) return new TargetError('unusable', hint);
  // A sum without rows tells nothing.
  const [why] = [
    ...process.limits.filter(({ code }) => code !== 'total-differs'),
    ...badLineNotes(process.badLines, process.badLineCount),
  ];
  return why
    ? new TargetError('unusable', `it has no mapping that could be explained: ${why.message}`)
    : new TargetError('unusable', NO_MAPPINGS, 'capture it as root or as the user of the process');
}

const NO_MAPPINGS = 'it has no mappings: pmap prints the first line alone of a process that it may not read';

function parsed(
  parser: TextParser,
  feedInto: (feed: (text: string) => void) => void,
): readonly TextProcess[] {
  try {
    feedInto(text => parser.feed(text));
    return parser.finish();
  } catch (error) {
    if (error instanceof UnrecognisedText) throw new TargetError('unusable', error.message, null, error);
    throw error;
  }
}

type Images = ReturnType<ImageSearch['imagesFor']>;

function imagesOf(text: TextProcess, search: ImageSearch): Images {
  const wanted = text.files.map(() => false);
  const isCode = text.files.map(() => false);
  for (const { file, permissions } of text.vmas) {
    if (file === null || permissions[3] === 's') continue;
    wanted[file] = true;
    if (permissions[2] === 'x') isCode[file] = true;
  }
  return search.imagesFor(
    // The text does not tell which file is the executable; that follows from the dynamic tables.
    text.files.map((file, i) => ({ ...file, wanted: wanted[i]!, isCode: isCode[i]!, depth: 'full' })),
  );
}

function toCapture(
  text: TextProcess,
  path: string | null,
  found: Images,
  more: readonly Note[],
  options: TextOptions,
): Capture {
  const { vmas, notes } = inOrder(text.vmas);
  const process: ProcessFacts = {
    pid: text.pid,
    command: text.command,
    executable: null,
    executableFile: null,
    pageSize: text.pageSizeHint ?? options.pageSize ?? likelyPageSize(vmas),
    pageSizeFrom: text.pageSizeHint !== null ? 'smaps' : options.pageSize !== null ? 'option' : 'assumed',
    state: vmas.length > 0 ? 'running' : stateOf(text.command),
    personality: null,
    randomizeVaSpace: null,
    stackPointers: [],
  };
  return {
    origin: { kind: text.kind, variant: text.variant, path },
    process,
    vmas,
    figureNames: text.figureNames,
    auxv: null,
    files: found.files,
    vdso: null,
    notes: [
      ...(hasNothing(text) ? [{ code: 'no-mappings', message: NO_MAPPINGS }] : []),
      ...text.limits,
      ...notes,
      ...badLineNotes(text.badLines, text.badLineCount),
      ...found.notes,
      ...more,
    ],
  };
}

/** pmap prints a first line alone for what has no mappings: "2:   [kthreadd]", "7:   [name] <defunct>". */
function stateOf(command: string | null): ProcessFacts['state'] {
  if (command?.endsWith('<defunct>')) return 'zombie';
  return command && /^\[.*\]$/.test(command) ? 'kernel-thread' : 'running';
}
