/** `npm run release` and what the workflow checks before it publishes, in a real repository with a real build. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { REPOSITORY } from '../../actions/shared/project.ts'
import { Clone } from './clone.ts'

const SOURCES = [
  'scripts',
  'actions/shared/project.ts',
  'package.json',
  'package-lock.json',
  '.gitignore',
  'CHANGELOG.md',
]
/** In place of the bundler, which takes minutes: another test holds what that makes to the sources. */
const BUILD = `import { copyFileSync, mkdirSync } from 'node:fs'
mkdirSync('dist/any', { recursive: true })
copyFileSync('actions/source.js', 'dist/any/index.js')
`
const HOST = 'nix/vps-deploy/vps_deploy/__init__.py'
const PINNED = `uses: ${REPOSITORY}/actions/deploy-nixos@v`

let clone: Clone
beforeEach(() => {
  clone = new Clone([...SOURCES, HOST])
  clone.write('scripts/build.js', BUILD)
  clone.write('actions/source.js', 'what users run')
  clone.commit('What is built')
})
afterEach(() => {
  clone[Symbol.dispose]()
})

const release = (...args: readonly string[]) => clone.node('scripts/release.js', ...args)
const check = (...args: readonly string[]) => clone.node('scripts/release-check.js', ...args)

describe('npm run release', () => {
  test('commits versions, changelog and bundles of one release, which is then found right', () => {
    clone.write('README.md', `${PINNED}1.1.1 and ${PINNED}1, others/nix-vps@v1.1.1\n`)
    clone.write('docs/example.yml', `${PINNED}0.9.0\n`)
    clone.commit('Examples')

    expect(release('1.2.3')).toMatchObject({ code: 0, stderr: '' })
    expect(clone.git('status', '--porcelain')).toBe('')
    expect(clone.git('log', '-1', '--format=%s')).toBe('chore: release 1.2.3')
    const changed = clone.git('show', '--name-only', '--format=').split('\n')
    expect(changed).toEqual(
      expect.arrayContaining(['CHANGELOG.md', 'README.md', 'dist/any/index.js', 'docs/example.yml', HOST]),
    )
    expect(clone.read('README.md')).toBe(`${PINNED}1.2.3 and ${PINNED}1, others/nix-vps@v1.1.1\n`)
    for (const file of ['package.json', 'package-lock.json'])
      expect(JSON.parse(clone.read(file))).toMatchObject({ name: 'nix-vps', version: '1.2.3' })
    expect(JSON.parse(clone.read('package-lock.json'))).toMatchObject({
      packages: { '': { version: '1.2.3' } },
    })
    expect(clone.read('dist/any/index.js')).toBe('what users run')

    expect(check('1.2.3', 'notes.md')).toMatchObject({ code: 0, stderr: '' })
    expect(clone.read('notes.md')).toMatch(
      /^The first release\.\n\n- \*\*deploy-nixos\*\* [\s\S]*one of your own\.\n$/,
    )
  })

  test('refuses at once all that is wrong, and touches nothing', () => {
    clone.git('tag', 'v2.0.0')
    clone.edit('CHANGELOG.md', (text) => text.replace(/^The first release[\s\S]*?(?=^\[)/m, ''))
    clone.write('note.txt', 'not committed')
    const before = clone.git('rev-parse', 'HEAD')
    const { code, stderr } = release('0.9.0')
    expect(code).toBe(1)
    expect(stderr.split('\n- ').map((line) => line.replace(/\n[^]*/, ''))).toEqual([
      'Nothing was changed.',
      "The version is '0.9.0', expected one of v1: see MAJOR in actions/shared/project.ts.",
      '0.9.0 is not later than 2.0.0, which has a tag already.',
      'The tree is not clean; commit or stash this first:',
      "CHANGELOG.md has nothing below '## [Unreleased]': say what changes for those who use it.",
    ])
    expect(clone.git('rev-parse', 'HEAD')).toBe(before)
    expect(clone.git('status', '--porcelain')).toBe(' M CHANGELOG.md\n?? note.txt'.trim())
  })

  test('commits nothing where the bundles cannot be built', () => {
    clone.git('rm', '--quiet', 'actions/source.js')
    clone.commit('A mistake')
    expect(release('1.2.3')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The bundles could not be built'),
    })
    expect(clone.git('status', '--porcelain')).toBe('')
    expect(clone.git('log', '-1', '--format=%s')).toBe('A mistake')
  })

  test('puts nothing into the changelog twice, where a release was committed and never published', () => {
    expect(release('1.2.3').code).toBe(0)
    clone.edit('CHANGELOG.md', (text) => text.replace('## [Unreleased]\n', '## [Unreleased]\n\n- a fix\n'))
    clone.commit('A fix')
    expect(release('1.2.3')).toMatchObject({
      code: 1,
      stderr:
        "Nothing was changed.\n- CHANGELOG.md tells of 1.2.3 already: publish it by 'gh workflow run release.yml -f version=1.2.3', or take a later version.\n",
    })
    expect(check('1.2.3').code).toBe(0)
  })

  test('says how to go back where git refuses the commit', () => {
    clone.write('.git/hooks/pre-commit', '#!/bin/sh\nexit 1\n', 0o755)
    expect(release('1.2.3')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /Nothing was committed; 'git reset --hard' puts back what was there\.\n$/,
      ),
    })
    clone.git('reset', '--quiet', '--hard')
    expect(clone.git('status', '--porcelain')).toBe('')
  })

  test.each(['', 'v1.2.3', '1.2', '1.2.3-rc.1'])('refuses %j', (version) => {
    expect(release(version)).toEqual({
      code: 1,
      stdout: '',
      stderr: `Nothing was changed.\n- The version is '${version}', expected one like 1.2.3: npm run release -- 1.2.3\n`,
    })
  })
})

describe('what is published', () => {
  test('has one version everywhere, and a changelog that tells of it', () => {
    clone.write('README.md', `${PINNED}1.2.2\n`)
    clone.edit('package.json', (text) => text.replace(/"version": "[^"]+"/, '"version": "1.2.3"'))
    clone.commit('By hand')
    const lock = (JSON.parse(clone.read('package-lock.json')) as { version: string }).version
    const host = /VERSION = '(.+)'/.exec(clone.read(HOST))?.[1] ?? ''
    const { code, stderr } = check('1.2.3', 'notes.md')
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toEqual([
      `package-lock.json names version ${lock}, not 1.2.3.`,
      `${HOST} names version ${host}, not 1.2.3.`,
      'README.md names version 1.2.2, not 1.2.3.',
      'CHANGELOG.md says nothing of 1.2.3.',
      "Make the release's commit by 'npm run release -- 1.2.3', and push it to main.",
    ])
    expect(clone.git('status', '--porcelain')).toBe('')
  })
})
