/** The bundle of update-flake-pr with the real Nix, against inputs on a GitHub that plays itself. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { flakeStage, type FlakeStage } from '../../support/flakestage.ts'
import type { ActionRun } from '../../support/run-action.ts'

jest.setTimeout(180_000)

let stage: FlakeStage

beforeAll(async () => {
  stage = await flakeStage()
  for (const name of ['nixos/nixpkgs', 'nix-community/disko']) stage.upstream(name, 'The beginning')
  await stage.push({ 'flake.nix': flake('nixos/nixpkgs', 'nix-community/disko') })
})

afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

function flake(...names: readonly string[]): string {
  const inputs = names.map((name) => `inputs.${name.replace(/.*\//, '')}.url = "github:${name}"; `)
  return `{ ${inputs.join('')}outputs = _: { }; }\n`
}

const green = (status: string) => ({ code: 0, stderr: '', outputs: { status } })
const changesIn = ({ outputs }: ActionRun) => JSON.parse(outputs['changes'] ?? '') as { path: string }[]
const gitStatus = () =>
  execFileSync('git', ['-C', stage.workspace, 'status', '--porcelain'], { encoding: 'utf8' })

/** What is on a branch is what Nix takes for the lock of this flake: it has nothing to add. */
async function expectRight(branch: string): Promise<void> {
  const text = stage.github.state.textAt(branch, 'flake.lock') ?? ''
  expect(text).not.toBe(stage.read('flake.lock'))
  const own = stage.read('flake.lock')
  stage.write('flake.lock', text)
  await stage.nix(['flake', 'lock', '--no-update-lock-file'])
  stage.write('flake.lock', own)
}

test('an update of what moved is proposed, kept, brought up to date and withdrawn', async () => {
  expect(await stage.run()).toMatchObject(green('up-to-date'))
  const moved = stage.upstream('nixos/nixpkgs', 'openssl: fix CVE-2026-1234 (#5)')
  const created = await stage.run()
  expect(created).toMatchObject(green('created'))
  expect(changesIn(created)).toMatchObject([{ path: 'nixpkgs', to: moved, commits: 1 }])
  expect(stage.github.state.pulls[0]?.body).toMatch(/CVE-2026-1234/)
  await expectRight('update-flake-lock')

  const before = stage.github.exchanges.length
  expect(await stage.run()).toMatchObject(green('unchanged'))
  expect(stage.github.exchanges.length - before).toBeLessThanOrEqual(8)

  stage.upstream('nix-community/disko', 'feat: more')
  const updated = await stage.run()
  expect(updated).toMatchObject(green('updated'))
  expect(changesIn(updated).map(({ path }) => path)).toEqual(['disko', 'nixpkgs'])
  expect(stage.github.state.pulls).toHaveLength(1)
  expect(gitStatus()).toBe('')

  await stage.nix(['flake', 'update'])
  await stage.push({})
  expect(await stage.run()).toMatchObject(green('closed'))
  expect([...stage.github.state.refs.keys()]).toEqual(['refs/heads/main'])
})

test('with one pull request for each input, each has its own lock alone', async () => {
  stage.upstream('nixos/nixpkgs', 'more')
  stage.upstream('nix-community/disko', 'more')
  const run = await stage.run({ 'group-by': 'input', branch: 'each' })
  expect(run).toMatchObject(green('created'))
  for (const branch of ['each/disko', 'each/nixpkgs']) await expectRight(branch)
  const locks = ['each/disko', 'each/nixpkgs'].map((branch) =>
    stage.github.state.textAt(branch, 'flake.lock'),
  )
  expect(locks[0]).not.toBe(locks[1])
})

test('two flakes, one of them below, share a pull request', async () => {
  await stage.push({ 'nix/dev/flake.nix': flake('nixos/nixpkgs') }, ['nix/dev'])
  stage.upstream('nixos/nixpkgs', 'still more')
  const run = await stage.run({ flakes: '.\nnix/dev', branch: 'both', inputs: 'nixpkgs' })
  expect(run).toMatchObject(green('created'))
  expect(changesIn(run)).toMatchObject([
    { flake: '.', path: 'nixpkgs' },
    { flake: 'nix/dev', path: 'nixpkgs' },
  ])
  expect(gitStatus()).toBe('')
})

test('a personal token makes the same, and leaves no scratch branch', async () => {
  stage.github.tokens.set('ghp_alice', { login: 'alice' })
  const run = await stage.run({ token: 'ghp_alice', branch: 'mine' })
  expect(run).toMatchObject({ ...green('created'), outputs: { 'commits-verified': 'true' } })
  expect([...stage.github.state.refs.keys()].filter((ref) => ref.includes('scratch'))).toEqual([])
  await expectRight('mine')
})
