// What `vmaexplain` runs: the bundled command, in four files, each loaded when it is needed. main.cjs knows the options;
// work.cjs, or check-work.cjs for `check`, does what it asks for; offline-target.cjs reads what is no live process. All come
// from V8's code cache where that was made by such a node (compiling takes a third of the start-up otherwise). V8 itself
// refuses that of another version or of other flags, but crashes on that of another processor, so its name tells.
'use strict';
const { closeSync, openSync, readFileSync, readSync } = require('node:fs');
const { Script } = require('node:vm');

const scripts = {};
const cacheOf = name => `${__dirname}/${name}-${process.version}-${process.arch}.cache`;
module.exports = { scripts, cacheOf };

// What fits into the memory is read there: pages that were touched before cost less.
function read(path, memory) {
  const fd = openSync(path);
  const length = readSync(fd, memory, 0, memory.length, 0);
  closeSync(fd);
  return length < memory.length ? memory.subarray(0, length) : readFileSync(path);
}

function cachedCode(name, memory) {
  try {
    return read(cacheOf(name), memory);
  } catch {
    return undefined;
  }
}

// `room`: bytes for the longer of the two files.
function load(name, room) {
  const filename = `${__dirname}/${name}.cjs`;
  const memory = Buffer.allocUnsafeSlow(room);
  // The bundler has written it as a function of these three, as Node.js wraps a module.
  const source = read(filename, memory).toString('latin1');
  const script = new Script(source, { filename, cachedData: cachedCode(name, memory) });
  scripts[name] = script;
  const module = { exports: {} };
  script.runInThisContext()(module.exports, requireFrom, module);
  return module.exports;
}

// Flags of V8 come and go; a later one complains about those that it does not know. Those of Node.js 20 are set before the
// script is loaded, because a cache made under other flags is refused. `npm run bench` shows what each buys.
function expectShortRun() {
  if (!process.versions.v8.startsWith('11.3.')) return;
  const setFlagsFromString = flagSetter();
  // Most runs are over before optimised code pays: the optimiser, on the same two cores, takes longer than it saves, and it
  // needs 4 MB to begin with. Small functions are no exception. Where there are tens of thousands of mappings it does pay,
  // the sooner the less it inlines.
  setFlagsFromString('--interrupt-budget=600000');
  setFlagsFromString('--max-bytecode-size-for-early-opt=0');
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=100');
  // What is read is kept until it is written, so a larger nursery only adds to the peak.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Helpers wait for each other longer than so small a heap takes to collect, and what marks step by step slows every write
  // meanwhile: a twentieth of the time for each.
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString('--no-incremental-marking');
  // Expressions that are compiled twice leave twice as much behind, and a small process ends just before there is anything
  // to collect.
  setFlagsFromString('--no-regexp-tier-up');
  // One that is due when all is done is too late.
  setFlagsFromString('--no-minor-gc-task');
}

// That of node:v8, which would load all of Node.js's streams beside it: 2 ms, a tenth of a start. The old way to it is there
// in every Node.js 20, and warns of itself unless deprecations are off.
function flagSetter() {
  const { noDeprecation } = process;
  // With --no-deprecation it cannot be written.
  if (!noDeprecation) process.noDeprecation = true;
  try {
    return process.binding('v8').setFlagsFromString;
  } catch {
    return require('node:v8').setFlagsFromString;
  } finally {
    if (!noDeprecation) process.noDeprecation = noDeprecation;
  }
}

// Node.js looks at each of a module's exports whenever it is asked for, and twenty of ours ask for node:fs.
const builtins = {};

function requireFrom(id) {
  if (!id.startsWith('./')) {
    builtins[id] ??= require(id);
    return builtins[id];
  }
  expectShortRun();
  return load(id.slice(2, -'.ts'.length), 512 * 1024);
}

// `vmaexplain PID` is typed most and has no options: without commander, which understands them, a small process takes a
// twentieth less.
const words = process.argv.slice(2);
if (words.every(word => /^\d+$/.test(word))) {
  const { explain, PLAIN } = requireFrom('./work.ts');
  explain(words, PLAIN).then(code => {
    process.exitCode = code;
  });
} else load('main', 120 * 1024);
