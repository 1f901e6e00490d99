/** The bundle as a process where something is wrong: one clear sentence, red, and nothing touched. */
import { describe, expect, jest, test } from '@jest/globals'
import { errorsOf } from '../support/errors.ts'
import { BRANCH, bundleScene, JOB, lockAt, PERSONAL, type BundleScene } from './bundlescene.ts'

jest.setTimeout(120_000)

type Texts = Readonly<Record<string, string>>

interface Trouble {
  readonly name: string
  readonly scene?: (scene: BundleScene) => void
  readonly inputs?: Texts
  readonly env?: Texts
  readonly says: RegExp
}

const job = (...permissions: readonly string[]) => ({
  scene: ({ github }: BundleScene) => github.tokens.set(JOB, { login: 'github-actions[bot]', permissions }),
})

const TROUBLES: readonly Trouble[] = [
  {
    name: 'a token that GitHub does not know',
    inputs: { token: 'ghs_other' },
    says: /\(401\): it does not know 'token'\..*\nIt is wrong, revoked or has expired/,
  },
  {
    ...{ name: 'a job that may not push', ...job('contents: read', 'pull-requests: write') },
    says: /\(403\): 'token' lacks 'contents: write' .*\..*\nGive the job 'permissions: contents: write'/,
  },
  {
    ...{ name: 'a job that may not open pull requests', ...job('contents: write', 'pull-requests: read') },
    says: /\(403\): 'token' lacks 'pull-requests: write' .*\..* is deleted again\.\nGive the job 'permissions: pull-requests: write'/,
  },
  {
    name: 'a personal token without a scope',
    scene: ({ github }) => github.tokens.set(PERSONAL, { login: 'alice', scopes: [] }),
    inputs: { token: PERSONAL },
    says: /\(404\): .*, which needs 'contents: write'.*\n.*needs the scope 'repo'/,
  },
  {
    name: 'a repository whose Actions may not open pull requests',
    scene: ({ state }) => (state.settings.mayActionsOpenPulls = false),
    says: /GitHub Actions may not create pull requests here\..* is deleted again\.\nTurn on 'Allow GitHub Actions to create and approve pull requests' under Settings/,
  },
  {
    name: 'a rule against new branches',
    scene: ({ state }) => {
      state.addRule({ type: 'creation', branch: '*' })
    },
    says: /\(422\): a rule of the repository forbids it\..*Nothing was changed\.\nLook under Settings → Rules/s,
  },
  {
    name: 'a protected branch of that name',
    scene: ({ state }) => {
      state.addRule({ type: 'creation', branch: BRANCH, isClassic: true })
    },
    says: /\(422\): a rule of the repository forbids it\..*Nothing was changed\.\nLook under Settings/,
  },
  {
    name: 'a repository that is archived',
    scene: ({ state }) => (state.settings.isArchived = true),
    says: /^acme\/infra is archived: nothing can be proposed to it\.\n/,
  },
  {
    name: 'another repository than the token is for',
    env: { GITHUB_REPOSITORY: 'acme/other' },
    says: /refused to show the repository \(404\)/,
  },
  {
    name: 'a checkout that is not the base',
    scene: ({ state }) => state.push('main', { files: { 'flake.lock': lockAt('7') } }),
    says: /^flake\.lock is another file in the checkout than on branch 'main' \([0-9a-f]{8}\)\.\n/,
  },
  {
    name: 'a base that is not there',
    inputs: { base: 'stable' },
    says: /^acme\/infra has no branch 'stable' to propose an update to\.\nLook at 'base'/,
  },
  {
    name: 'no checkout',
    env: { GITHUB_WORKSPACE: '/nowhere' },
    says: /^The checkout has no flake\.nix\.\n.*actions\/checkout/,
  },
  {
    ...{ name: 'a folder without a flake', inputs: { flakes: 'nix' } },
    says: /^The checkout has no nix\/flake\.nix\.\n/,
  },
  {
    ...{ name: 'an input that no flake has', inputs: { inputs: 'nixpgks' } },
    says: /no flake has such an input\. Did you mean 'nixpkgs'\?/,
  },
  {
    name: 'a lock that is cut off',
    scene: (scene) => {
      scene.push({ 'flake.lock': '{"nodes": ' })
    },
    says: /^flake\.lock is no JSON/,
  },
  {
    name: 'a lock of a later version',
    scene: (scene) => {
      scene.push({ 'flake.lock': '{"nodes":{"root":{}},"root":"root","version":8}' })
    },
    says: /^flake\.lock is of version 8/,
  },
  {
    name: 'no nix, and none is to be installed',
    env: { PATH: '/nowhere' },
    says: /^There is no Nix on PATH, and 'install-nix' is 'never'\.\n/,
  },
  {
    name: 'a nix that is killed',
    scene: (scene) => {
      scene.nix('kill -9 $$')
    },
    says: /^flake\.nix cannot be locked, whatever is updated: nix was killed/,
  },
  {
    name: 'a nix that writes nothing',
    scene: (scene) => {
      scene.nix('true')
    },
    says: /whatever is updated: nix wrote no lock\.$/,
  },
  {
    name: 'a nix that writes no lock',
    scene: (scene) => {
      scene.nix('echo hello > "$out"')
    },
    says: /whatever is updated: its lock is no JSON: /,
  },
]

test.each(TROUBLES)('$name', async ({ scene: prepare, inputs, env, says }) => {
  await using scene = await bundleScene()
  prepare?.(scene)
  const run = await scene.run(inputs, env)
  expect(run).toMatchObject({ code: 1, stderr: '', outputs: { status: 'failed' } })
  expect(errorsOf(run)).toEqual([expect.stringMatching(says)])
  expect(run.summary).toMatch(/^### ❌ Failed/)
  expect([scene.branches(), scene.state.pulls]).toEqual([['main'], []])
})

describe('inputs that are wrong', () => {
  const WRONG = {
    ...{ flakes: '/abs', 'group-by': 'x', branch: 'a..b', title: '{x}', cooldown: '3 moons', draft: 'maybe' },
    ...{ 'nix-access-tokens': 'tellNobody', 'nix-url': 'ftp://x', 'auto-merge': 'now' },
  }

  test('are told all at once, with nothing asked of anybody, and without a secret', async () => {
    await using scene = await bundleScene()
    const run = await scene.run(WRONG)
    expect(run).toMatchObject({ code: 1, stderr: '', outputs: { status: 'failed' } })
    const [error = '', ...more] = errorsOf(run)
    expect(more).toEqual([])
    for (const name of Object.keys(WRONG)) expect(error).toContain(`'${name}'`)
    for (const text of [error, run.summary]) expect(text).not.toContain('tellNobody')
    expect(run.summary).toMatch(/^### ❌ Nothing was updated\n/)
    expect(scene.asked()).toEqual([])
  })
})
