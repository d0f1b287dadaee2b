/** What one mapping is: by the predicted pieces that lie in it, else by its name, shape and place. */
import type { Capture } from '../model/capture.ts';
import type { Deviation } from '../model/module.ts';
import type { Mapping } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';
import { type Claim, contentsWithin } from './claims.ts';
import { deviationsOf, type ModuleState } from './deviations.ts';
import type { Effort } from './effort.ts';
import { kindOf } from './kinds.ts';
import type { MainStack } from './main-stack.ts';
import { LoneMapping, ModuleMapping, NONE, undivided } from './mapping.ts';
import { stackRequest } from './relro.ts';
import type { VmaIndex } from './vma-index.ts';

/** What all mappings are explained by. */
export interface Context {
  readonly capture: Capture;
  readonly index: VmaIndex;
  readonly claims: ReadonlyMap<number, readonly Claim[]>;
  /** null for a module whose image is unavailable. */
  readonly states: readonly (ModuleState | null)[];
  /** First module of each file. */
  readonly moduleOfFile: ReadonlyMap<number, number>;
  readonly mainStack: MainStack;
  readonly effort: Effort;
}

/** Explains VMA `i`. */
export function explainMapping(context: Context, vma: Vma, i: number): Mapping {
  const { capture, states } = context;
  const claims = context.claims.get(i);
  if (!claims) return unclaimed(context, vma, i, NONE);
  const deviations = deviationsOf(capture, i, claims, states, context.index);
  const own = withoutForeign(claims);
  if (own.length === 0) return unclaimed(context, vma, i, deviations);
  const { module } = own[0]!;
  let segments: readonly number[] | null = null;
  let merged: readonly number[] | null = null;
  let relro = false;
  let onlyBss = vma.file === null;
  let parts = 0;
  for (let c = 0; c < own.length; c++) {
    const claim = own[c]!;
    if (claim.module !== module) merged = withOther(merged, claim.module);
    parts += states[claim.module]!.image.mostParts(vma.start, vma.end);
    const contents = contentsWithin(claim.piece, vma);
    for (let j = 0; j < contents.length; j++) {
      const content = contents[j]!;
      if (claim.module === module && content.role !== 'reservation')
        segments = withOther(segments, content.segment);
      if (content.role !== 'bss') onlyBss = false;
      if (content.relro) relro = true;
    }
  }
  const isVdso = states[module]!.placed.role === 'vdso';
  return new ModuleMapping(
    {
      index: i,
      vma,
      kind: isVdso ? 'vdso' : vma.name === '[heap]' ? 'heap' : onlyBss ? 'bss' : 'elf',
      module,
      segments: segments ?? NONE,
      relro:
        !relro || vma.permissions[1] === '?'
          ? null
          : vma.permissions[1] === 'w'
            ? 'not-in-force'
            : 'in-force',
      merged: merged ?? NONE,
      deviations,
    },
    context.effort.take('parts', parts) ? own : null,
    states,
  );
}

/** The lists of one small number: nearly all mappings are of one segment. */
const SINGLE: readonly (readonly number[])[] = Array.from({ length: 64 }, (_, one) => [one]);

/** The list, with one more if that is another; null: none yet. */
function withOther(list: readonly number[] | null, one: number): readonly number[] {
  if (list === null) return SINGLE[one] ?? [one];
  return list.includes(one) ? list : [...list, one];
}

function withoutForeign(claims: readonly Claim[]): readonly Claim[] {
  for (let i = 0; i < claims.length; i++)
    if (claims[i]!.backing === 'foreign') return claims.filter(({ backing }) => backing !== 'foreign');
  return claims;
}

/** A mapping in which no predicted piece lies. */
function unclaimed(context: Context, vma: Vma, index: number, found: readonly Deviation[]): Mapping {
  const { capture, states, moduleOfFile, mainStack } = context;
  let { kind, inferred } = kindOf(capture, index, mainStack);
  let module: number | null = null;
  let deviations = found;
  const again = vma.file === null ? undefined : moduleOfFile.get(vma.file);
  if (kind === 'stack' && vma.permissions[2] === 'x' && asksForPlainStack(states))
    deviations = [...found, { code: 'stack-executable' }];
  else if (again !== undefined) {
    const state = states[again];
    if (state) {
      const sections = vma.offset === null ? NONE : state.image.sectionNamesAt(vma.offset, sizeOf(vma));
      deviations = [...found, { code: 'mapped-again', module: again, sections }];
    } else if (vma.permissions[3] !== 's') {
      // The file's headers are not known; the mapping is the module's all the same.
      kind = 'elf';
      module = again;
    }
  }
  if (module === null && deviations.length === 0) return new LoneMapping(index, vma, kind, inferred);
  const parts = module === null ? NONE : undivided(vma, module);
  const none = { segments: NONE, relro: null, merged: NONE, residents: NONE };
  return { index, vma, kind, inferred, module, deviations, parts, ...none };
}

/** GNU_STACK of the executable without execute permission. */
function asksForPlainStack(states: Context['states']): boolean {
  const image = states.find(state => state?.placed.role === 'executable')?.placed.image;
  return image?.status === 'read' && stackRequest(image.elf).declared === 'rw';
}
