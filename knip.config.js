/** @type {import('knip').KnipConfig} */
export default {
  entry: [
    'actions/*/main.ts',
    'scripts/*.js',
    'bench/bench.ts',
    'demo/demo.ts',
    'test/box/cli.ts',
    'test/**/*.test.ts',
  ],
  project: ['actions/**/*.ts', 'bench/**/*.ts', 'demo/**/*.ts', 'scripts/**/*.js', 'test/**/*.ts'],
  // Programs of the machine, not of node_modules.
  ignoreBinaries: ['python3', 'sudo', 'apt-get', 'systemctl', 'unshare'],
}
