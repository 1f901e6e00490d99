import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The Nix in the README, without the indentation of the list it stands in. */
function nixIn(markdown: string): string[] {
  const blocks = markdown.matchAll(/^( *)```nix\n(.*?)^\1```$/gms)
  return [...blocks].map(([, indent, text]) =>
    (text ?? '').replaceAll(new RegExp(`^${indent ?? ''}`, 'gm'), ''),
  )
}

test('the server of the README is the one that is evaluated', () => {
  expect(nixIn(read('README.md'))).toEqual([
    read('nix/tests/readme/flake.nix'),
    read('nix/tests/readme/deploy.nix'),
    read('nix/tests/readme/recorded.nix'),
  ])
})
