import js from '@eslint/js'
import { createNodeResolver, importX } from 'eslint-plugin-import-x'
import jest from 'eslint-plugin-jest'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const actions = ['deploy-nixos', 'garnix-wait', 'update-flake-pr']

const io = {
  group: [
    '@actions/*',
    'node-ssh',
    'ssh2',
    'undici',
    'node:child_process',
    'node:fs',
    'node:fs/*',
    'node:http',
    'node:https',
    'node:net',
    'node:os',
    'node:process',
    'node:timers',
    'node:timers/*',
  ],
  message: 'I/O belongs in actions/shared/adapters; take a port instead.',
}
const adapters = { group: ['**/adapters/*'], message: 'Only main.ts wires adapters.' }
/** @param {string} [name] the action that may import itself */
const others = (name) => ({
  group: actions.filter((other) => other !== name).map((other) => `**/${other}/*`),
  message: 'Actions do not know each other; share through actions/shared.',
})
// Flat config does not merge the options of one rule: each block states its whole list.
/**
 * @param {{ group: string[], message: string }[]} patterns
 * @returns {import('eslint').Linter.RulesRecord}
 */
const forbid = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] })

export default defineConfig(
  globalIgnores(['dist', 'coverage', 'demo-report']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js'] })],
    },
    rules: {
      eqeqeq: 'error',
      'import-x/no-cycle': 'error',
      'max-lines': ['error', 200],
      'max-lines-per-function': ['error', 40],
      'max-params': ['error', 3],
      complexity: ['error', 8],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    name: 'stories, parsers and pure modules take the world as an argument',
    files: ['actions/**/*.ts'],
    ignores: ['actions/shared/adapters/**', 'actions/*/main.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'console', 'setTimeout', 'setInterval', 'Date'],
    },
  },
  { files: ['actions/shared/*.ts'], rules: forbid(io, adapters, others()) },
  { files: ['actions/shared/adapters/*.ts'], rules: forbid(others()) },
  ...actions.flatMap((name) => [
    { files: [`actions/${name}/*.ts`], rules: forbid(io, adapters, others(name)) },
    { files: [`actions/${name}/main.ts`], rules: forbid(others(name)) },
  ]),
  {
    files: ['test/**/*.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off',
      'max-lines-per-function': 'off',
    },
  },
  {
    name: 'entry scripts: plain JavaScript that Node 18 runs before anything is installed',
    files: ['scripts/*.js', '*.config.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', setInterval: 'readonly' } },
    rules: { '@typescript-eslint/restrict-template-expressions': 'off' },
  },
)
