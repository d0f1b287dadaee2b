/** Mappings as the report has them; what thousands have in common, and what is asked for once, is not kept in each. */
import type { Deviation } from '../model/module.ts';
import type { Mapping, Part } from '../model/report.ts';
import type { Vma } from '../model/vma.ts';
import { type Claim, contentsWithin } from './claims.ts';
import type { ModuleState } from './deviations.ts';

type States = readonly (ModuleState | null)[];

/** Shared by all mappings that have none. */
export const NONE: readonly never[] = [];

/** A mapping of which there is nothing to say but what it is. There may be 65,530: what they have in common is kept once. */
export class LoneMapping implements Mapping {
  readonly index: number;
  readonly vma: Vma;
  readonly kind: Mapping['kind'];
  readonly inferred: boolean;

  constructor(index: number, vma: Vma, kind: Mapping['kind'], inferred: boolean) {
    this.index = index;
    this.vma = vma;
    this.kind = kind;
    this.inferred = inferred;
  }

  get module(): null {
    return null;
  }
  get relro(): null {
    return null;
  }
  get segments(): readonly never[] {
    return NONE;
  }
  get merged(): readonly never[] {
    return NONE;
  }
  get parts(): readonly never[] {
    return NONE;
  }
  get residents(): readonly never[] {
    return NONE;
  }
  get deviations(): readonly never[] {
    return NONE;
  }
}

/** Of a mapping in which predicted pieces lie. */
type Told = Omit<Mapping, 'inferred' | 'parts' | 'residents' | 'module'> & { readonly module: number };

/** A mapping in which predicted pieces lie. Its parts are many, and hardly anybody asks twice: they are not kept. */
export class ModuleMapping implements Mapping {
  readonly index: number;
  readonly vma: Vma;
  readonly kind: Mapping['kind'];
  readonly module: number;
  readonly segments: readonly number[];
  readonly relro: Mapping['relro'];
  readonly merged: readonly number[];
  readonly deviations: readonly Deviation[];
  readonly #claims: readonly Claim[] | null;
  readonly #states: States;

  /** `claims`: in address order, to be divided by; null where that is too much work. */
  constructor(told: Told, claims: readonly Claim[] | null, states: States) {
    this.index = told.index;
    this.vma = told.vma;
    this.kind = told.kind;
    this.module = told.module;
    this.segments = told.segments;
    this.relro = told.relro;
    this.merged = told.merged;
    this.deviations = told.deviations;
    this.#claims = claims;
    this.#states = states;
  }

  get inferred(): boolean {
    return false;
  }

  get parts(): readonly Part[] {
    return this.#divide(true);
  }

  get residents(): readonly Part[] {
    return this.#divide(false);
  }

  #divide(all: boolean): Part[] {
    const { vma, module } = this;
    return this.#claims ? partsOf(vma, this.#claims, this.#states, all) : undivided(vma, module);
  }
}

/**
 * Parts that cover the mapping exactly: the pieces' own, and anonymous memory that the kernel merged in. `all`: or only
 * the residents among them?
 */
function partsOf(vma: Vma, own: readonly Claim[], states: States, all: boolean): Part[] {
  const parts: Part[] = [];
  let cursor = vma.start;
  const fill = (end: Vma['start']): void => {
    const kind = vma.file === null ? 'anonymous' : 'padding';
    if (cursor < end && (all || kind === 'anonymous'))
      parts.push({ kind, name: null, section: null, whole: true, module: null, start: cursor, end });
  };
  for (let i = 0; i < own.length; i++) {
    const { module, piece } = own[i]!;
    const { image } = states[module]!;
    const contents = contentsWithin(piece, vma);
    for (let j = 0; j < contents.length; j++) {
      const content = contents[j]!;
      const end = content.end < vma.end ? content.end : vma.end;
      if (end <= cursor) continue;
      const start = content.start > cursor ? content.start : cursor;
      fill(start);
      if (all) {
        const offset = piece.offset === null ? null : piece.offset + (start - piece.start);
        image.addParts(parts, content, start, end, offset);
      } else image.addResidents(parts, content, start, end);
      cursor = end;
    }
  }
  fill(vma.end);
  return parts;
}

/** The one part of a mapping that cannot be divided. */
export const undivided = ({ start, end }: Vma, module: number): Part[] => [
  { kind: 'unnamed', name: null, section: null, whole: true, module, start, end },
];
