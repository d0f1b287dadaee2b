import type { Address } from '../../model/units.ts';
import type { BadLine, BadLines } from '../bad-lines.ts';
import type { TextProcess } from './types.ts';

/** The lines of one process in a text. */
export interface Block {
  readonly pid: number | null;
  readonly bad: BadLines;
  /** The line that opened it, where one did. */
  readonly opening: BadLine | null;
  /** Is there a process at all? Else its lines were bad ones. */
  isProcess(): boolean;
  /** Are there mappings whose end must be found elsewhere? */
  lacksEnds(): boolean;
  /** Starts and exclusive ends of the mappings, as far as they are told. */
  ends(): Iterable<readonly [Address, Address]>;
  /** With the ends that other listings of the same process tell. */
  toProcess(knownEnds: ReadonlyMap<Address, Address>): TextProcess;
}
