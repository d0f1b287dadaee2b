/**
 * The one note that sums up what a listing does not tell, and what that leaves out. It follows from the
 * rows, not from the form's name, so that it holds for any choice of columns.
 */
import type { Note } from '../../model/capture.ts';
import type { Vma } from '../../model/vma.ts';

export interface Told {
  /** What the listing is called: "pmap (procps -x)". */
  readonly label: string;
  /** As printed, hence before special names are made uniform. */
  readonly rows: readonly Pick<Vma, 'offset' | 'inode' | 'name' | 'permissions' | 'vmFlags'>[];
  /** How many rows have no end of their own, */
  readonly endless: number;
  /** and how many mappings came out, with ends from other listings of the process. */
  readonly placed: number;
  readonly figureNames: readonly string[];
  /** Names of the mapped files, as printed. */
  readonly fileNames: readonly string[];
}

interface Limit {
  readonly code: string;
  readonly words: string | ((told: Told) => string);
  readonly missing: (told: Told) => boolean;
}

/** The gravest first: the first that applies gives the note its code. */
const LIMITS: readonly Limit[] = [
  {
    code: 'no-ends',
    words: ({ rows, placed }) =>
      placed === 0
        ? 'no sizes, without which no mapping can be placed (add a plain or -x listing of the same process)'
        : `no sizes (another listing of the process gives them for ${placed} of ${rows.length} mappings)`,
    missing: ({ endless }) => endless > 0,
  },
  {
    code: 'no-offsets',
    words: 'no file offsets (which segment a mapping shows follows from sizes and permissions alone)',
    missing: ({ rows }) => rows.every(row => row.offset === null),
  },
  {
    code: 'no-inodes',
    words: 'no inode numbers (that a file is the mapped one cannot be verified by them)',
    missing: ({ rows }) => rows.every(row => row.inode === null),
  },
  {
    code: 'base-names',
    words: 'base names only (the files must be searched for)',
    missing: ({ fileNames }) => fileNames.length > 0 && fileNames.every(name => !name.startsWith('/')),
  },
  {
    code: 'no-names',
    words: 'no names',
    missing: ({ rows }) => rows.some(isNamelessFile) || rows.every(isWithoutNameAndInode),
  },
  {
    code: 'no-special-names',
    words: '[heap], [vdso] and the like read as anonymous memory',
    missing: ({ rows }) =>
      rows.some(row => /^\[ .* \]$/s.test(row.name)) &&
      rows.every(row => row.inode === null && !/^\[ ?(?:heap|vdso|vvar|vsyscall)/.test(row.name)),
  },
  {
    code: 'no-permissions',
    words: 'not all permissions',
    missing: ({ rows }) => rows.some(row => row.permissions.includes('?')),
  },
  {
    code: 'no-figures',
    words: 'no memory figures',
    missing: ({ figureNames }) => figureNames.every(name => name === 'Size'),
  },
  {
    code: 'no-flags',
    words: 'no VmFlags',
    missing: ({ rows }) => rows.every(row => row.vmFlags === null),
  },
];

type Row = Told['rows'][number];

/** Does the inode number say that a file is mapped here, which nothing names? */
function isNamelessFile({ inode, name }: Row): boolean {
  return inode !== null && inode !== '0' && name === '';
}

function isWithoutNameAndInode({ inode, name }: Row): boolean {
  return inode === null && name === '';
}

/** The note about a listing; null where it tells everything, or has no mappings. */
export function limitsNote(told: Told): Note | null {
  if (told.rows.length === 0) return null;
  const missing = LIMITS.filter(limit => limit.missing(told));
  if (missing.length === 0) return null;
  const words = missing
    .map(limit => (typeof limit.words === 'string' ? limit.words : limit.words(told)))
    .join('; ');
  return { code: missing[0]!.code, message: `${told.label} text tells ${words}` };
}
