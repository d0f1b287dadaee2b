// Writes V8's code cache of the bundled command after running it once, so that what a run needs is in it.
'use strict';
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const dist = process.argv[2];
process.argv = [process.argv[0], 'vmaexplain', String(process.pid), '--output', '/dev/null'];
const scripts = require(join(process.cwd(), dist, 'cli.cjs'));
process.on('exit', () => {
  for (const [name, script] of Object.entries(scripts))
    writeFileSync(join(dist, `${name}.cache`), script.createCachedData());
});
