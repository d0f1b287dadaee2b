/** Mutated core files: of a written process, with every note that is read. */
import { describe, it } from 'vitest';
import { writeCore } from './support/core.ts';
import { CountingBytes } from './support/counting-bytes.ts';
import { crash } from './support/crash.ts';
import { mutateElf } from './support/mutate.ts';
import { fuzzTimeout, Random, rounds } from './support/random.ts';
import { expectAllSound } from './support/sound.ts';
import { explainElf } from './support/targets.ts';

describe('mutated core files', () => {
  it(
    'are explained soundly, or refused by name',
    async () => {
      const core = writeCore();
      for (let round = 0; round < rounds(1500); round++) {
        const random = new Random(round + 6_000_000);
        const mutated = mutateElf(core, random);
        try {
          await expectAllSound(explainElf(new CountingBytes(mutated)));
        } catch (error) {
          throw crash(round, mutated, error);
        }
      }
    },
    fuzzTimeout(),
  );
});
