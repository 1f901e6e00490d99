/**
 * `npm run jest -- <path>` runs any of them; `npm test` runs each part of them in its stage (scripts/test.js).
 * ESM mode: the runtime packages have no `require` entry.
 * @type {import('jest').Config}
 */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  // Without a transformer jest lets Node 24 strip the types, as it does where the actions run unbuilt: nothing moves
  // within a line, so coverage needs no source map, and no worker loads a compiler.
  transform: {},
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  maxWorkers: 2,
  // Most start processes, and machines are busy.
  testTimeout: 120_000,
  collectCoverageFrom: ['actions/**/*.ts', '!actions/**/main.ts', '!actions/shared/adapters/**'],
  coverageThreshold: { global: { branches: 100, functions: 100, lines: 100, statements: 100 } },
  coverageReporters: ['text'],
}
