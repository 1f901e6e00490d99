/** The Nix of the documentation is Nix, and sets what there is. What it does is evaluated with nixpkgs, in test/nix/evaluation. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { blocksOf, type Block } from '../../support/documents.ts'
import { sources, textOf } from '../sources.ts'
import { privateNix, type Nix } from '../nix.ts'

let nix: Nix
beforeAll(async () => (nix = await privateNix()))
afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

const blocks = blocksOf('nix')

/** Lines that belong into a module stand without its braces. */
const whole = ({ text }: Block) => (text.startsWith('{') ? text : `{ config, lib, pkgs, ... }: {\n${text}}`)

test.each(blocks)('$name', async (block) => {
  const { code, stderr } = await nix.instantiate(['--parse', '-E', whole(block)])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('a line of Nix that is none is told', async () => {
  expect((await nix.instantiate(['--parse', '-E', '{ a = 1 }'])).code).not.toBe(0)
})

const modules = sources('nix/modules/vps-deploy').map(textOf).join('\n')
const isOption = (name: string) => new RegExp(`\\b${name}\\b\\s*=`).test(modules)

const settings = blocks.filter(({ text }) => /^ *services\.vps-deploy\b/m.test(text) && text.startsWith('{'))

test.each(settings)('$name sets options of services.vps-deploy', async (block) => {
  // Values stay as they are written: paths that lead nowhere are not followed.
  const named = `let
    below = set: builtins.concatMap (name: [ name ] ++ more set.\${name}) (builtins.attrNames set);
    more = value: if builtins.isAttrs value then below value else [ ];
  in below (${block.text}).services.vps-deploy`
  const names = (await nix.value(named)) as readonly string[]
  expect(names.length).toBeGreaterThan(1)
  expect(names.filter((name) => !isOption(name))).toEqual([])
})

test('there are such settings, in the README and in the ways from other tools', () => {
  expect(settings.map(({ document }) => document)).toEqual(
    expect.arrayContaining(['README.md', 'docs/recorded-closures.md', 'docs/migrate-from-deploy-rs.md']),
  )
  expect(isOption('noSuchOption')).toBe(false)
})
