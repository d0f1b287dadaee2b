// build.mjs [OUTDIR [PACKAGE=FILE...]]: bundles the command into dist, in four scripts (see start.cjs), with light stand-ins
// for what the three packages load and the command does not need: each file of stand-ins/ says what and why. A test puts
// files of its own in the place of packages, to see when they are loaded.
import { join } from 'node:path';
import { build } from 'esbuild';

const [outdir = 'dist', ...others] = process.argv.slice(2);
const CLI = join(import.meta.dirname, '..');
const standIn = name => join(import.meta.dirname, 'stand-ins', `${name}.cjs`);

/** Of a module that a package asks for by a path of its own, which `alias` does not know. */
const elfyConstants = {
  name: 'elfy-constants',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/elfy\/constants$/ }, () => ({ path: standIn('elfy-constants') })),
};

await build({
  entryPoints: ['main', 'work', 'check-work', 'offline-target'].map(name => join(CLI, `${name}.ts`)),
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20.20',
  format: 'cjs',
  // Of each other they are asked for at run time, through start.cjs.
  external: ['./work.ts', './check-work.ts', './offline-target.ts'],
  supported: { 'dynamic-import': false },
  banner: { js: '(function (exports, require, module) {' },
  footer: { js: '})' },
  alias: {
    'node:child_process': standIn('child-process'),
    assert: standIn('assert'),
    util: standIn('util'),
    '@colors/colors/safe': standIn('colors'),
    'string-width': standIn('string-width'),
    ...Object.fromEntries(others.map(pair => pair.split('='))),
  },
  plugins: [elfyConstants],
  legalComments: 'none',
  logLevel: 'warning',
});
