/** How the Nix files look: the same for everybody, by nixfmt where there is one. */
import { expect, test } from '@jest/globals'
import { join } from 'node:path'
import { run } from '../box/process.ts'
import { root } from '../support/manifest.ts'
import { notRun } from './notrun.ts'
import { nixFiles, programFile, textOf } from './sources.ts'

const nixfmt = programFile('nixfmt')

function linesLike(pattern: RegExp): readonly string[] {
  return nixFiles.flatMap((path) =>
    textOf(path)
      .split('\n')
      .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
      .filter(({ line }) => pattern.test(line))
      .map(({ place }) => place),
  )
}

test('there are Nix files to look at', () => {
  expect(nixFiles).toContain('nix/flake.nix')
})

test('no Nix file holds a tab or a blank at the end of a line', () => {
  expect(linesLike(/\t|[ \r]$/)).toEqual([])
})

test('no line of a Nix file is longer than 120 characters', () => {
  expect(linesLike(/^.{121}/u)).toEqual([])
})

test('every Nix file ends with one line feed', () => {
  expect(nixFiles.filter((path) => !/[^\n]\n$/.test(textOf(path)))).toEqual([])
})

if (nixfmt === undefined)
  notRun('no nixfmt on PATH: `nix develop ./nix` has one', ['nixfmt leaves every Nix file as it is'])
else
  test('nixfmt leaves every Nix file as it is', async () => {
    const { code, stderr } = await run([nixfmt, '--check', ...nixFiles.map((path) => join(root, path))])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
