/** The arithmetic of RELRO that several rules share. */
import type { Module } from '../model/module.ts';
import { pageDown, pageUp, type Range } from '../model/units.ts';
import type { Context } from './context.ts';

export const RELRO_SUBJECT = 'GNU_RELRO';

/**
 * The pages that a loader protects. glibc and musl round both ends down, so that a partial last page stays
 * writable; bionic rounds the end up.
 *
 *   pages        |---------|---------|---------|
 *   requested       ├────────────────────┤
 *   protected    ├───────────────────┤            tail: the rest of the request
 */
export function roundedRelro(requested: Range, pageSize: number, roundsUp: boolean): Rounded {
  const start = pageDown(requested.start, pageSize);
  const end = roundsUp ? pageUp(requested.end, pageSize) : pageDown(requested.end, pageSize);
  const tailStart = end > requested.start ? end : requested.start;
  return {
    pages: start < end ? { start, end } : null,
    tail: tailStart < requested.end ? { start: tailStart, end: requested.end } : null,
  };
}

export interface Rounded {
  /** null: the request lies within one page, nothing is protected. */
  readonly pages: Range | null;
  /** What rounding leaves writable; null: nothing. */
  readonly tail: Range | null;
}

/** As PT_GNU_RELRO asks, to the byte; null where it asks for nothing that could be. */
export function requestedRelro({ relro }: Module): Range | null {
  return relro.requested && relro.requested.start < relro.requested.end ? relro.requested : null;
}

/** The protected pages of a module under the process's own page size and loader. */
export function relroOf(context: Context, module: Module): Rounded | null {
  const requested = requestedRelro(module);
  const { pageSize } = context.report.capture.process;
  return requested && roundedRelro(requested, pageSize, context.report.libraryLoader === 'bionic');
}
