/** garnix.yaml against the outputs of the flake: a matcher that matches nothing builds nothing, and says nothing. */
import { afterAll, expect, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../support/manifest.ts'
import { builtBy, keysOfGarnix, matches, readGarnix } from '../garnix.ts'
import { privateNix } from '../nix.ts'
import { outputsOf } from '../outputs.ts'

const nix = await privateNix()
afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})
const { attributes, unknown } = await outputsOf(nix)
const garnix = readGarnix()
const includes = garnix.builds.flatMap(({ include }) => include)
const excludes = garnix.builds.flatMap(({ include, exclude }) =>
  exclude.map((matcher) => ({ matcher, include })),
)
const built = garnix.builds.flatMap((builds) => builtBy(builds, attributes))

test('it has no key that Garnix does not know, and would ignore', () => {
  expect(keysOfGarnix).toEqual(expect.arrayContaining(Object.keys(garnix)))
})

test('it names the folder of the flake', () => {
  expect(existsSync(join(root, garnix.flakeDir ?? '.', 'flake.nix'))).toBe(true)
})

test('the test knows every output of the flake', () => {
  expect(unknown).toEqual([])
})

test.each(includes)('%s is an output', (matcher) => {
  expect(attributes.filter((attribute) => matches(matcher, attribute))).not.toEqual([])
})

test('every exclude takes away something that is included', () => {
  const idle = excludes.filter(
    ({ matcher, include }) =>
      !builtBy(
        { include, exclude: [] },
        attributes.filter((it) => matches(matcher, it)),
      ).length,
  )
  expect(idle).toEqual([])
})

test('the reference server is built', () => {
  expect(built).toContain('nixosConfigurations.vps-arm')
})

test('every commit is built, not only those of one branch', () => {
  expect(garnix.builds.filter(({ branch }) => branch !== undefined)).toEqual([])
})

test('no configuration has a name that no matcher can hold', () => {
  expect(attributes.filter((attribute) => attribute.some((part) => part.includes('.')))).toEqual([])
})

test('tests that boot a virtual machine are left to machines with KVM', () => {
  const isMachine = ([output, , name = '']: readonly string[]) =>
    output === 'checks' && name.startsWith('vm-')
  const machines = attributes.filter(isMachine).map((attribute) => attribute.join('.'))
  expect(machines).toContain('checks.x86_64-linux.vm-deploy')
  expect(built.filter((name) => machines.includes(name))).toEqual([])
})
