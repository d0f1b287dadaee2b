/**
 * A simulated address space: the loader's mmap, mprotect and munmap calls are played on it, and the kernel's
 * merging of neighbours at the end. Closed formulas for each VMA get overlapping segments wrong; this does not.
 *
 *   mapFixed(a, d, …)      ├──────────── file ────────────┤
 *   mapFixed(b, c, …)      ├─── file ──┤── anon ──┤─ file ─┤
 *   protect(a, b', r--)    ├─ r-- ─┤rw-│── anon ──┤─ file ─┤
 */
import type { Content, Piece } from '../model/module.ts';
import { firstEndingAfter } from '../model/ordered.ts';
import type { Address, FileOffset, Range } from '../model/units.ts';

interface Span {
  readonly start: Address;
  readonly end: Address;
  readonly protection: string;
  readonly offset: FileOffset | null;
  readonly role: Content['role'];
  readonly segment: number;
  readonly relro: boolean;
  /** Was once writable and private: the kernel has charged it (VM_ACCOUNT) and never merges it with uncharged. */
  readonly charged: boolean;
}

export interface MapRequest extends Range {
  readonly protection: string;
  readonly offset: FileOffset | null;
  readonly role: Content['role'];
  readonly segment: number;
}

export class AddressSpace {
  /** In address order, without overlap. */
  readonly #spans: Span[] = [];

  /** mmap(MAP_FIXED | MAP_PRIVATE): replaces what was there. An empty range does nothing. */
  mapFixed({ start, end, protection, offset, role, segment }: MapRequest): void {
    if (start >= end) return;
    const charged = protection[1] === 'w';
    this.#replace(start, end, { start, end, protection, offset, role, segment, relro: false, charged });
  }

  /** mprotect of what is mapped in the range; holes are passed over. */
  protect({ start, end }: Range, protection: string, relro = false): void {
    this.#replace(start, end, span => ({
      ...span,
      protection,
      relro: relro || span.relro,
      charged: span.charged || protection[1] === 'w',
    }));
  }

  /** mprotect(PROT_NONE) of what belongs to no segment, but stays mapped. */
  reserve({ start, end }: Range): void {
    this.#replace(start, end, span => ({ ...span, protection: '---', role: 'reservation' }));
  }

  /** Puts a span in the place of what is mapped in [start, end), or changes what is. */
  #replace(start: Address, end: Address, by: Span | ((inside: Span) => Span)): void {
    if (start >= end) return;
    const spans = this.#spans;
    const first = firstEndingAfter(spans, start);
    const changed: Span[] = [];
    let next = first;
    const before = spans[first];
    if (before && before.start < start) changed.push(cut(before, before.start, start));
    if (typeof by !== 'function') changed.push(by);
    for (; next < spans.length && spans[next]!.start < end; next++) {
      const span = spans[next]!;
      if (typeof by === 'function')
        changed.push(by(cut(span, span.start > start ? span.start : start, span.end < end ? span.end : end)));
      if (span.end > end) changed.push(cut(span, end, span.end));
    }
    spans.splice(first, next - first, ...changed);
  }

  /** The VMAs that result: contiguous spans with equal protection, backing and charge become one. */
  pieces(): Piece[] {
    const pieces: (Piece & { contents: Content[] })[] = [];
    let previous: Span | null = null;
    for (let i = 0; i < this.#spans.length; i++) {
      const span = this.#spans[i]!;
      const { start, end, role, segment, relro } = span;
      const content = { start, end, role, segment, relro };
      if (previous && mergeable(previous, span)) {
        const piece = pieces.pop()!;
        const last = piece.contents.at(-1)!;
        const same = last.role === role && last.segment === segment && last.relro === relro;
        if (same) piece.contents.pop();
        piece.contents.push(same ? { ...content, start: last.start } : content);
        pieces.push({ ...piece, end });
      } else {
        pieces.push({ start, end, protection: span.protection, offset: span.offset, contents: [content] });
      }
      previous = span;
    }
    return pieces;
  }
}

function cut(span: Span, start: Address, end: Address): Span {
  if (start === span.start && end === span.end) return span;
  const { protection, role, segment, relro, charged } = span;
  const offset = span.offset === null ? null : ((span.offset + (start - span.start)) as FileOffset);
  return { start, end, protection, offset, role, segment, relro, charged };
}

/** kernel mm/vma.c is_mergeable_vma, for two neighbours that one loader made. */
function mergeable(a: Span, b: Span): boolean {
  if (a.end !== b.start || a.protection !== b.protection) return false;
  if (a.offset === null || b.offset === null) return a.offset === b.offset;
  return a.charged === b.charged && b.offset - a.offset === a.end - a.start;
}
