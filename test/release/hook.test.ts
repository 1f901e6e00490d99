/** The optional hook, in a repository that uses it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Clone } from './clone.ts'

const SOURCES = [
  '.githooks',
  'scripts',
  'actions/shared/project.ts',
  'package.json',
  'package-lock.json',
  '.gitignore',
]
const SETTINGS = ['.prettierrc.json', '.prettierignore']
/** Of the project's rules one is enough: all of them take the whole project. */
const LINT = `export default [{ ignores: ['dist'] }, { rules: { eqeqeq: 'error' } }]\n`
const SOURCE = 'actions/shared/project.ts'
/** In place of the bundler, which takes long: the bundle is the source. */
const BUILD = `import { readFileSync } from 'node:fs'
const isBuilt = readFileSync('${SOURCE}', 'utf8') === readFileSync('dist/index.js', 'utf8')
process.exitCode = isBuilt ? 0 : 1
`

let clone: Clone
beforeAll(() => {
  clone = new Clone([...SOURCES, ...SETTINGS])
  clone.write('eslint.config.js', LINT)
  clone.write('scripts/build.js', BUILD)
  clone.write('dist/index.js', clone.read(SOURCE))
  clone.commit('What is built')
  clone.git('config', 'core.hooksPath', '.githooks')
})
afterAll(() => {
  clone[Symbol.dispose]()
})

/** What the hook says to a commit of this; '' if it lets it pass. */
function said(files: Readonly<Record<string, string>>): string {
  clone.git('reset', '--quiet', '--hard')
  for (const [path, text] of Object.entries(files)) clone.write(path, text)
  clone.git('add', '--', ...Object.keys(files))
  try {
    clone.git('commit', '--quiet', '--message', 'A change')
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('a change that is well formed is committed', () => {
  expect(said({ 'notes.md': '# Notes\n', 'nix/any.nix': '{}\n' })).toBe('')
  expect(clone.git('log', '-1', '--format=%s')).toBe('A change')
})

test('one that is not formatted is refused', () => {
  expect(said({ 'notes.md': '#   Notes\n* one\n' })).toContain(
    "Run 'npm run fix', and stage what it changes.",
  )
})

test('a file is never an option, whatever it is called', () => {
  const plugin = `import { writeFileSync } from 'node:fs'\n\nwriteFileSync('obeyed', '')\n`
  expect(said({ 'evil.js': plugin, '--plugin=./evil.js': plugin })).toBe('')
  expect(clone.git('ls-files', '--others', '--', 'obeyed')).toBe('')
})

test('one that the linter minds is refused', () => {
  const text = 'if (process.argv.length == 2) process.exitCode = 1\n'
  expect(said({ 'scripts/any.js': text })).toMatch(/eqeqeq[^]*Run 'npm run fix', and mend what is left\./)
})

test('one of the actions needs its bundle, and needs it staged', () => {
  const changed = `${clone.read(SOURCE)}\nexport const ADDED = 1\n`
  expect(said({ [SOURCE]: changed })).toContain("Run 'npm run build' and 'git add dist'")
  clone.write('dist/index.js', changed)
  expect(() => clone.git('commit', '--quiet', '--message', 'A change')).toThrow(
    'dist/ is built, but not staged',
  )
  clone.git('add', 'dist')
  clone.git('commit', '--quiet', '--message', 'With its bundle')
  expect(clone.git('log', '-1', '--format=%s')).toBe('With its bundle')
})

test('what is not staged is not looked at', () => {
  clone.write('draft.md', '#    Draft\n')
  expect(said({ 'notes.md': '# Other notes\n' })).toBe('')
})
