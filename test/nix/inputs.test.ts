/** What NIXPKGS and NIX_INPUTS may be: whoever sets one wrong reads so once, not in every evaluation that fails. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { inputsAtHand } from './evaluation/inputs.ts'
import type { Nix } from './nix.ts'

const folder = mkdtempSync(join(tmpdir(), 'nix-vps-inputs-'))
const names = ['NIXPKGS', 'NIX_INPUTS'] as const
const before = names.map((name) => process.env[name])

beforeAll(() => {
  mkdirSync(join(folder, 'nixpkgs'))
  writeFileSync(join(folder, 'nixpkgs/flake.nix'), '{ }')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  set(before)
})

function set(values: readonly (string | undefined)[]): void {
  for (const [index, name] of names.entries()) {
    const value = values[index]
    if (value === undefined) Reflect.deleteProperty(process.env, name)
    else process.env[name] = value
  }
}

test.each([
  ['no-such', undefined, "no-such', which holds none of these: flake.nix."],
  ['.', undefined, 'which holds none of these: flake.nix.'],
  ['nixpkgs/flake.nix', undefined, 'which holds none of these: flake.nix.'],
  ['nixpkgs', 'no-such', "no-such', which holds none of these: "],
  ['nixpkgs', 'nixpkgs/flake.nix', "flake.nix', which holds none of these: "],
  [undefined, '.', 'NIX_INPUTS is set and NIXPKGS is not'],
])('NIXPKGS %j, NIX_INPUTS %j', async (nixpkgs, inputs, sentence) => {
  set([nixpkgs, inputs].map((path) => path && join(folder, path)))
  // No Nix is asked.
  await expect(inputsAtHand({} as Nix)).rejects.toThrow(sentence)
})
