/** Mutated maps, smaps and output of every pmap, to the end: parsed, correlated, printed in every format. */
import { describe, it } from 'vitest';
import { SAMPLES } from '../unit/text-samples.ts';
import { crash } from './support/crash.ts';
import { mutateText } from './support/mutate.ts';
import { fuzzTimeout, Random, rounds } from './support/random.ts';
import { expectAllSound } from './support/sound.ts';
import { explainText } from './support/targets.ts';

describe('mutated listings', () => {
  it(
    'are explained, or refused by name',
    async () => {
      const lines = SAMPLES.flatMap(({ text }) => text.split('\n').map(line => `${line}\n`));
      for (let round = 0; round < rounds(1500); round++) {
        const random = new Random(round + 3_000_000);
        const text = mutateText(random.pick(SAMPLES).text, random, lines);
        try {
          await expectAllSound(explainText(text, random.pick([7, 100, 65_536])));
        } catch (error) {
          throw crash(round, text, error);
        }
      }
    },
    fuzzTimeout(),
  );
});
