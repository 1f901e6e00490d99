/** The Nix of the documentation is Nix. What it does is evaluated with nixpkgs, in test/nix/evaluation. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { blocksOf } from '../../support/documents.ts'
import { privateNix, type Nix } from '../nix.ts'

let nix: Nix
beforeAll(async () => (nix = await privateNix()))
afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

const blocks = blocksOf('nix').map(({ name, text }) => [name, text] as const)

test.each(blocks)('%s', async (_, text) => {
  // Lines that belong into a module stand without its braces.
  const whole = text.startsWith('{') ? text : `{ config, lib, pkgs, ... }: {\n${text}}`
  const { code, stderr } = await nix.instantiate(['--parse', '-E', whole])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('a line of Nix that is none is told', async () => {
  expect((await nix.instantiate(['--parse', '-E', '{ a = 1 }'])).code).not.toBe(0)
})
