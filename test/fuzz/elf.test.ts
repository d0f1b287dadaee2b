/** Mutated ELF files, read at both depths and laid out: flaws are named, nothing else than NotElf and MalformedElf is thrown. */
import { describe, expect, it } from 'vitest';
import { MalformedElf, NotElf } from '../../src/elf/header.ts';
import { readElf } from '../../src/elf/read.ts';
import { CountingBytes } from './support/counting-bytes.ts';
import { crash } from './support/crash.ts';
import { imagesToMutate } from './support/images.ts';
import { mutateElf } from './support/mutate.ts';
import { fuzzTimeout, Random, rounds } from './support/random.ts';
import { expectAllSound } from './support/sound.ts';
import { explainElf } from './support/targets.ts';

/** Far above what the largest real file needs, and far below what a lying header can ask for. */
const MOST_READS = 10_000;
const MOST_BYTES = 128 << 20;

describe('mutated ELF files', () => {
  it(
    'are read, or refused by name, within bounds',
    () => {
      const originals = imagesToMutate();
      for (let round = 0; round < rounds(6000); round++) {
        const random = new Random(round);
        const mutated = mutateElf(random.pick(originals), random);
        const bytes = new CountingBytes(mutated);
        try {
          readElf(bytes, random.pick(['layout', 'full']));
          expect(bytes.reads).toBeLessThan(MOST_READS);
          expect(bytes.bytesRead).toBeLessThan(MOST_BYTES);
        } catch (error) {
          if (!(error instanceof NotElf || error instanceof MalformedElf)) throw crash(round, mutated, error);
        }
      }
    },
    fuzzTimeout(),
  );

  it(
    'are laid out without a process, or refused by name',
    async () => {
      const originals = imagesToMutate();
      for (let round = 0; round < rounds(1000); round++) {
        const random = new Random(round + 1_000_000);
        const mutated = mutateElf(random.pick(originals), random);
        try {
          const pageSize = random.pick([null, 16384, 65536]);
          await expectAllSound(explainElf(new CountingBytes(mutated), pageSize));
        } catch (error) {
          throw crash(round, mutated, error);
        }
      }
    },
    fuzzTimeout(),
  );
});
