// What `vmaexplain` runs: the bundled command, from V8's code cache where it fits this node (compiling takes a third of
// the start-up otherwise). A cache of another version is refused by V8 itself, and the source is compiled as usual.
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const filename = `${__dirname}/main.cjs`;

function cachedCode() {
  try {
    return readFileSync(`${__dirname}/main.cache`);
  } catch {
    return undefined;
  }
}

const source = `(function (exports, require, module) {${readFileSync(filename, 'latin1')}\n})`;
const script = new Script(source, { filename, cachedData: cachedCode() });
script.runInThisContext()({}, require, {});

module.exports = script;
