// make-cache.cjs DIST PID: runs the bundled command once and writes V8's code cache of both scripts, so that what a run
// needs is in them. A cache belongs to the flags under which it is made. Those of a run are set when the second script is
// loaded, which is not before this one ends: the first one's cache is made until then, and has what --help needs as well.
'use strict';
const { writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const [node, , dist, pid] = process.argv;
const write = name => writeFileSync(join(dist, `${name}.cache`), scripts[name].createCachedData());

process.argv = [node, 'vmaexplain', pid, '--output', '/dev/null'];
const scripts = require(resolve(dist, 'cli.cjs'));
process.argv = [node, 'vmaexplain', '--help'];
scripts.main.runInThisContext()({}, require, {});
write('main');
process.on('exit', () => write('work'));
