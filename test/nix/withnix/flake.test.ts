/** What a real Nix says to the files as they are, with no input at hand. */
import { afterAll, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { root } from '../../support/manifest.ts'
import { lockFile } from '../lockfile.ts'
import { privateNix } from '../nix.ts'
import { flakeDir, outputsOf } from '../outputs.ts'
import { nixFiles } from '../sources.ts'

const nix = await privateNix()
afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

test('every Nix file parses', async () => {
  const { code, stderr } = await nix.instantiate(['--parse', ...nixFiles.map((path) => join(root, path))])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('flake.lock is taken as it is', async () => {
  const args = ['flake', 'metadata', '--json', '--no-update-lock-file', `path:${flakeDir}`]
  const { code, stdout, stderr } = await nix.nix(args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect((JSON.parse(stdout) as { locks: unknown }).locks).toEqual(lockFile)
})

test('the names of outputs and evaluation cases are known without nixpkgs', async () => {
  const { attributes, cases } = await outputsOf(nix)
  expect(attributes).toEqual(
    expect.arrayContaining([
      ['nixosConfigurations', 'vps-arm'],
      ['nixosModules', 'default'],
    ]),
  )
  expect(Object.values(cases).flat()).toContain('the reference server contradicts nothing')
})
