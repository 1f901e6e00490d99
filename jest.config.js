/**
 * `npm run jest -- <path>` runs any of them; `npm test` runs the two halves one after the other (scripts/test.js).
 * ESM mode: the runtime packages have no `require` entry.
 * @type {import('jest').Config}
 */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['ts-jest', { useESM: true, diagnostics: false }] },
  // rewriteRelativeImportExtensions turns import('./x.ts') into './x.js' while jest looks for the source.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  maxWorkers: 2,
  // Most start processes, and machines are busy.
  testTimeout: 60_000,
  collectCoverageFrom: ['actions/**/*.ts', '!actions/**/main.ts', '!actions/shared/adapters/**'],
  coverageThreshold: { global: { branches: 100, functions: 100, lines: 100, statements: 100 } },
  coverageReporters: ['text'],
}
