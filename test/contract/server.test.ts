import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { blocksIn } from '../support/documents.ts'
import { root } from '../support/manifest.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const nixIn = (document: string): string[] =>
  blocksIn(document)
    .filter(({ language }) => language === 'nix')
    .map(({ text }) => text)

test('the server of the README is the one that is evaluated', () => {
  expect(nixIn('README.md')).toEqual([
    read('nix/tests/readme/flake.nix'),
    read('nix/tests/readme/deploy.nix'),
  ])
})

test('and so is the one that takes what CI has recorded', () => {
  expect(nixIn('docs/recorded-closures.md')).toEqual([read('nix/tests/readme/recorded.nix')])
})
