/** The commands of the documentation: whole as shell, each of a program that is known, and told what it takes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { blocksOf } from '../support/documents.ts'
import { scripts } from './commands.ts'
import { problemOf } from './programs.ts'
import { commandsIn } from './shellwords.ts'

const blocks = blocksOf('sh')

/** Not of a script that somebody runs whole: SC2164 and SC2103 (`cd` may fail), SC2012 (`ls` is read by a person). */
const SHELLCHECK = ['--shell=bash', '--exclude=SC2012,SC2103,SC2164']

test('every block of commands is whole, and shellcheck minds nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-blocks-'))
  try {
    const files = blocks.map(({ name, text }, index) => {
      const file = join(folder, `${index}-${name.replaceAll(/[^a-z]+/gi, '-')}`)
      writeFileSync(file, text)
      return file
    })
    for (const file of files) expect(spawnSync('bash', ['-n', file], { encoding: 'utf8' }).stderr).toBe('')
    expect(spawnSync('shellcheck', [...SHELLCHECK, ...files], { encoding: 'utf8' }).stdout).toBe('')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('every command is of a known program, told what it takes', () => {
  const problems = scripts.map(({ document, words }) => {
    const problem = problemOf(words)
    return problem === undefined ? [] : `${document}: ${words.join(' ')}: ${problem}`
  })
  expect(problems.flat()).toEqual([])
})

test('there are commands to look at, and in every document that has any', () => {
  expect(scripts.length).toBeGreaterThan(100)
  expect(scripts.map(({ document }) => document)).toEqual(
    expect.arrayContaining(['README.md', 'DEBUGGING.md', 'nix/README.md', 'nix/templates/server/README.md']),
  )
})

test.each([
  'npm run nothing',
  'npm test -- --no-bix',
  'npm run box -- sideways',
  'npm run bench -- nothing',
  'ssh -i key deploy@HOST halo',
  'ssh -i key deploy@HOST attach ID',
  'ssh me@HOST',
  'ssh root@HOST frobnicate',
  'runuser -u deploy -- vps-deploy attach ID',
  'vps-deploy stop',
  'gh secret set DEPLOY_HOST_KEY',
  'nix run ./nix#secret-init',
  'nix run ./nix#secrets-init -- --adress HOST',
  'nix build ./nix#option',
  'nix flake init -t github:somebody/else',
  'nixos-anywhere --disk',
  'nixos-rebuild switch --fast',
  'frobnicate',
])('%s is told', (command) => {
  expect(commandsIn(command).map(problemOf)).toEqual([expect.any(String)])
})
