/**
 * Processes from text, so that each odd situation is a few lines of a test:
 *
 *   world({
 *     modules: {
 *       app: { path: '/bin/app', base: 0x555500000000n, role: 'executable', elf: elf('DYN needed=libc.so.6', …) },
 *     },
 *     maps: `
 *       app:0000-1000 r--p
 *       app:3000-4000 r--p      {Anonymous=4096 ac}
 *       +5000 rw-p              # anonymous, right behind the mapping before
 *       7ff000000000-7ff000021000 rw-p [stack]`,
 *   })
 *
 * A module's addresses are relative to its base, which is also where its file begins; with @OFFSET they are absolute.
 * Figures and VmFlags stand in braces; with `shift`, everything moves as ASLR would move it.
 */
import { correlate } from '../../src/correlate/report.ts';
import type {
  Capture,
  MappedFile,
  Origin,
  ProcessFacts,
  UnavailableReason,
} from '../../src/model/capture.ts';
import type { ElfFile } from '../../src/model/elf.ts';
import type { Report } from '../../src/model/report.ts';
import { address, fileOffset } from '../../src/model/units.ts';
import type { Vma } from '../../src/model/vma.ts';

export interface ModuleInWorld {
  readonly path: string;
  readonly base: bigint;
  readonly elf: ElfFile | 'not-elf' | { readonly reason: UnavailableReason; readonly message: string };
  readonly role?: 'executable' | 'interpreter';
  readonly deleted?: boolean;
  /** null: the evidence does not tell. Without it, each has one of its own. */
  readonly inode?: string | null;
  readonly identity?: 'inode' | 'path-only';
}

export interface World {
  readonly modules: Readonly<Record<string, ModuleInWorld>>;
  readonly maps: string;
  readonly process?: Partial<ProcessFacts>;
  readonly origin?: Origin['kind'];
  readonly vdso?: ElfFile;
  /** Bytes by which everything has moved; a multiple of the page size. */
  readonly shift?: bigint;
  /** Is there an auxiliary vector? */
  readonly auxv?: false;
}

const FIGURES = ['Rss', 'Anonymous', 'AnonHugePages', 'Swap', 'SwapPss'];

export const reportOf = (wanted: World): Report => correlate(captureOf(wanted));

export function captureOf(wanted: World): Capture {
  const entries = Object.entries(wanted.modules);
  const names = entries.map(([name]) => name);
  const shift = wanted.shift ?? 0n;
  const baseOf = (role: ModuleInWorld['role']): bigint | null => {
    const found = entries.find(([, module]) => module.role === role)?.[1];
    return found === undefined ? null : moved(found, shift);
  };
  const [program, interpreter] = [
    entries.find(([, { role }]) => role === 'executable')?.[1],
    baseOf('interpreter'),
  ];
  const elf = program && isElf(program.elf) ? program.elf : null;
  const vmas = parseMaps(wanted, names, shift);
  return {
    origin: { kind: wanted.origin ?? 'live', variant: null, path: null },
    process: {
      pid: 1,
      command: program?.path ?? null,
      executable: program?.path ?? null,
      executableFile: program ? entries.findIndex(([, module]) => module === program) : null,
      pageSize: 4096,
      pageSizeFrom: 'auxv',
      state: 'running',
      personality: 0,
      randomizeVaSpace: 2,
      stackPointers: [],
      ...wanted.process,
    },
    vmas,
    figureNames: vmas.some(({ figures }) => figures) ? FIGURES : [],
    auxv:
      wanted.auxv === false || !elf
        ? null
        : {
            pageSize: 4096,
            base: interpreter === null ? null : address(interpreter),
            entry: address(biasOf(program!, elf, shift) + elf.entry),
            sysinfoEhdr: null,
          },
    files: entries.map(([, module], i) => fileOf(module, i)),
    vdso: wanted.vdso ?? null,
    notes: [],
  };
}

const isElf = (elf: ModuleInWorld['elf']): elf is ElfFile =>
  typeof elf === 'object' && 'programHeaders' in elf;

/** A program at fixed addresses stays where it is. */
const moved = ({ base, elf }: ModuleInWorld, shift: bigint): bigint =>
  isElf(elf) && elf.type === 'EXEC' ? base : base + shift;

const biasOf = (module: ModuleInWorld, elf: ElfFile, shift: bigint): bigint =>
  elf.type === 'EXEC' ? 0n : moved(module, shift);

function fileOf(
  { path, elf, deleted = false, inode, identity = 'inode' }: ModuleInWorld,
  i: number,
): MappedFile {
  const base = { path, deleted, device: 'fe:00', inode: inode === undefined ? `${100 + i}` : inode };
  if (elf === 'not-elf') return { ...base, image: { status: 'not-elf' } };
  if (isElf(elf)) return { ...base, image: { status: 'read', candidates: [{ elf, path, identity }] } };
  return { ...base, image: { status: 'unavailable', ...elf } };
}

const LINE =
  /^(?:(?<module>\w+):)?(?:(?<start>[0-9a-f]+)-(?<end>[0-9a-f]+)(?:@(?<offset>[0-9a-f]+))?|\+(?<size>[0-9a-f]+)) (?<permissions>[rwxsp?-]{4}) *(?<name>[^{]*?) *(?:\{(?<extra>.*)\})?$/;

function parseMaps({ modules, maps }: World, names: readonly string[], shift: bigint): Vma[] {
  const vmas: Vma[] = [];
  for (const text of maps.split('\n')) {
    const line = text.replace(/#.*/, '').trim();
    if (line === '') continue;
    const groups = LINE.exec(line)?.groups;
    if (!groups) throw new Error(`no mapping: ${line}`);
    const module = groups['module'] === undefined ? null : modules[groups['module']]!;
    const base = module && groups['offset'] === undefined ? moved(module, shift) : shift;
    const hex = (key: string): bigint => BigInt(`0x${groups[key]}`);
    const start = groups['size'] === undefined ? base + hex('start') : vmas.at(-1)!.end;
    const end = groups['size'] === undefined ? base + hex('end') : start + hex('size');
    const words = groups['extra']?.split(' ') ?? null;
    const figure = (name: string): number =>
      Number(words?.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? 0);
    vmas.push({
      start: address(start),
      end: address(end),
      permissions: groups['permissions']!,
      offset: fileOffset(groups['offset'] === undefined ? (module ? start - base : 0n) : hex('offset')),
      device: module ? 'fe:00' : '00:00',
      inode: '0',
      name: module?.path ?? groups['name'] ?? '',
      figures: words && FIGURES.map(figure),
      vmFlags: words?.filter(word => !word.includes('=')) ?? null,
      file: module ? names.indexOf(groups['module']!) : null,
    });
  }
  return vmas.sort((a, b) => (a.start < b.start ? -1 : 1));
}
