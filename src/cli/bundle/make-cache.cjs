// make-cache.cjs DIST NAME WORD…: runs the bundled command once and writes V8's code cache of one of its scripts, so that
// what such a run needs is in it. One script a run: the flags of the run belong to its cache.
'use strict';
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const [dist, name, ...words] = process.argv.slice(2);
process.argv = [process.argv[0], 'vmaexplain', ...words];
const scripts = require(join(process.cwd(), dist, 'cli.cjs'));
process.on('exit', () => {
  writeFileSync(join(dist, `${name}.cache`), scripts[name].createCachedData());
});
