// make-cache.cjs DIST NAME WORD…: runs the bundled command once and writes V8's code cache of one of its scripts, so that
// what such a run needs is in it. A cache belongs to the flags under which it is made. Those of a run are set when the second
// script is loaded, which is not before this one ends: the first one's is made until then, and has what --help needs as well.
'use strict';
const { writeFileSync } = require('node:fs');
const { resolve } = require('node:path');

const [node, , dist, name, ...words] = process.argv;
const write = () => writeFileSync(cacheOf(name), scripts[name].createCachedData());

process.argv = [node, 'vmaexplain', ...words];
const { scripts, cacheOf } = require(resolve(dist, 'cli.cjs'));
if (name === 'main') {
  process.argv = [node, 'vmaexplain', '--help'];
  scripts.main.runInThisContext()({}, require, {});
  write();
} else process.on('exit', write);
