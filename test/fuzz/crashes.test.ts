/** Every input that ever broke something, kept for ever (test/fixtures/crashes); what broke is its name. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { expectAllSound } from './support/sound.ts';
import { explainFile } from './support/targets.ts';

const CRASHES = join(import.meta.dirname, '..', 'fixtures', 'crashes');

it.each(readdirSync(CRASHES))('%s', async name => {
  await expectAllSound(explainFile(join(CRASHES, name)));
});
