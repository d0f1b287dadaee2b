import { MalformedElf, NotElf } from '../elf/header.ts';
import { type Depth, readElf } from '../elf/read.ts';
import type { ByteSource } from '../model/bytes.ts';
import type { Identity, ImageState, UnavailableReason } from '../model/capture.ts';
import { errnoOf } from './errors.ts';

/** Reads the ELF headers of a mapped file; whatever is wrong with it becomes its state. */
export function readImage(bytes: ByteSource, depth: Depth, path: string, identity: Identity): ImageState {
  try {
    return { status: 'read', candidates: [{ elf: readElf(bytes, depth), identity, path }] };
  } catch (error) {
    if (error instanceof NotElf) return { status: 'not-elf' };
    if (error instanceof MalformedElf) return unavailable('malformed', error.message);
    return unavailable('error', `it cannot be read (${errnoOf(error) || String(error)})`);
  }
}

export const unavailable = (reason: UnavailableReason, message: string): ImageState => ({
  status: 'unavailable',
  reason,
  message,
});
