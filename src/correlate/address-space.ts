/**
 * A simulated address space: the loader's mmap, mprotect and munmap calls are played on it, and the kernel's
 * merging of neighbours at the end. Closed formulas for each VMA get overlapping segments wrong; this does not.
 *
 *   mapFixed(a, d, …)      ├──────────── file ────────────┤
 *   mapFixed(b, c, …)      ├─── file ──┤── anon ──┤─ file ─┤
 *   protect(a, b', r--)    ├─ r-- ─┤rw-│── anon ──┤─ file ─┤
 */
import type { Content, Piece } from '../model/module.ts';
import { type Address, byStart, type FileOffset, type Range } from '../model/units.ts';

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
  #spans: Span[] = [];

  /** mmap(MAP_FIXED | MAP_PRIVATE): replaces what was there. An empty range does nothing. */
  mapFixed(request: MapRequest): void {
    if (request.start >= request.end) return;
    const span = { ...request, relro: false, charged: request.protection[1] === 'w' };
    const last = this.#spans.at(-1);
    if (!last || last.end <= span.start) {
      this.#spans.push(span);
      return;
    }
    this.#replace(request, () => []);
    this.#spans.push(span);
    this.#spans.sort(byStart);
  }

  /** mprotect of what is mapped in the range; holes are passed over. */
  protect(range: Range, protection: string, relro = false): void {
    if (range.start >= range.end) return;
    this.#replace(range, span => [
      {
        ...span,
        protection,
        relro: relro || span.relro,
        charged: span.charged || protection[1] === 'w',
      },
    ]);
  }

  /** mprotect(PROT_NONE) of what belongs to no segment, but stays mapped. */
  reserve(range: Range): void {
    if (range.start >= range.end) return;
    this.#replace(range, span => [{ ...span, protection: '---', role: 'reservation' }]);
  }

  /** Applies `change` to the parts of spans that lie in the range. */
  #replace(range: Range, change: (inside: Span) => Span[]): void {
    this.#spans = this.#spans.flatMap(span => {
      if (span.end <= range.start || span.start >= range.end) return [span];
      const start = span.start > range.start ? span.start : range.start;
      const end = span.end < range.end ? span.end : range.end;
      return [
        ...(span.start < start ? [cut(span, span.start, start)] : []),
        ...change(cut(span, start, end)),
        ...(end < span.end ? [cut(span, end, span.end)] : []),
      ];
    });
  }

  /** The VMAs that result: contiguous spans with equal protection, backing and charge become one. */
  pieces(): Piece[] {
    const pieces: (Piece & { contents: Content[] })[] = [];
    let previous: Span | null = null;
    for (const span of this.#spans) {
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
  const offset = span.offset === null ? null : ((span.offset + (start - span.start)) as FileOffset);
  return { ...span, start, end, offset };
}

/** kernel mm/vma.c is_mergeable_vma, for two neighbours that one loader made. */
function mergeable(a: Span, b: Span): boolean {
  if (a.end !== b.start || a.protection !== b.protection) return false;
  if (a.offset === null || b.offset === null) return a.offset === b.offset;
  return a.charged === b.charged && b.offset - a.offset === a.end - a.start;
}
