/** The bundle of update-flake-pr with a secret in every input that can hold one: who gets to see them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { bundleScene, JOB, lockAt, type BundleScene } from '../update-flake-pr/bundlescene.ts'
import { obeyed } from '../support/obeyed.ts'
import type { ActionRun } from '../support/run-action.ts'

const FORGE = 'glpat-tokenOfTheForge'
const MINE = 'ghp_tokenForOneOwner'
const MACHINE = 'tokenOfTheMachine'
const SECRETS = [JOB, FORGE, MINE]
const GIVEN = { 'nix-access-tokens': `gitlab.com=PAT:${FORGE}\ngithub.com/other=${MINE}` }
/** What a runner may have in the environment of a step besides. */
const AROUND = {
  ...{ GITHUB_TOKEN: JOB, ACTIONS_RUNTIME_TOKEN: JOB, GH_TOKEN: JOB, CACHE_PASSWORD: MINE },
  NIX_CONFIG: `access-tokens = example.org=${MACHINE}`,
}

/** Everything that is said where others may read it. */
function toldBy(run: ActionRun, { state }: BundleScene): readonly string[] {
  const log = run.log.replace(/^::add-mask::.*$/gm, '')
  const written = state.pulls.flatMap(({ title, body }) => [title, body ?? ''])
  const messages = [...state.refs.values()].map((sha) => state.resolve(sha)?.message ?? '')
  return [log, run.summary, JSON.stringify(run.outputs), ...written, ...messages]
}

describe.each([
  ['that ends well', 'cp "$HOME/../next.lock" "$out"', 0],
  ['that fails', 'echo "error: cannot fetch with $NIX_CONFIG" >&2; exit 1', 1],
])('an update %s', (_, script, code) => {
  let scene: BundleScene
  let run: ActionRun

  beforeAll(async () => {
    scene = await bundleScene()
    scene.lockBecomes(lockAt('2'))
    const seen = join(scene.folder, 'seen')
    scene.nix(
      `{ tr '\\0' '\\n' < /proc/$$/cmdline; tr '\\0' ' ' < /proc/$PPID/cmdline; env; } >> ${seen}\n${script}`,
    )
    run = await scene.run(GIVEN, AROUND)
  }, 60_000)

  afterAll(async () => {
    await scene[Symbol.asyncDispose]()
  })

  const seen = () => readFileSync(join(scene.folder, 'seen'), 'utf8')

  test('is what it says', () => {
    expect([run.code, run.stderr]).toEqual([code, ''])
    expect(scene.github.exchanges.map(({ authorization }) => authorization)).toContain(`token ${JOB}`)
  })

  test('never says a secret but to have it masked', () => {
    for (const text of toldBy(run, scene))
      for (const secret of [...SECRETS, MACHINE]) expect(text).not.toContain(secret)
  })

  test('masks what is secret before it says anything', () => {
    const first = run.lines.findIndex((line) => !line.startsWith('::add-mask::'))
    const masked = run.lines.slice(0, first).map((line) => line.slice('::add-mask::'.length))
    expect(masked.toSorted()).toEqual([...SECRETS, `PAT:${FORGE}`].toSorted())
  })

  test('tells nix tokens in NIX_CONFIG only, and nothing of the step', () => {
    const lines = seen().split('\n')
    const told = lines.filter((line) => SECRETS.some((secret) => line.includes(secret)))
    expect(told.length).toBeGreaterThan(0)
    for (const line of told) expect(line).toMatch(/^(?:NIX_CONFIG=.*)?(?:extra-)?access-tokens = /)
    expect(seen()).toMatch(/^PATH=/m)
    expect(seen()).not.toMatch(/^(?:INPUT|GITHUB|GH|ACTIONS)_/m)
  })

  test('gives GitHub its own token and no other', () => {
    const tokens = new Set(scene.github.exchanges.map(({ authorization }) => authorization))
    expect([...tokens]).toEqual([`token ${JOB}`])
  })

  test('obeys no word of nix', () => {
    const names = obeyed(run.stdout).map(({ name }) => name)
    const harmless = ['add-mask', 'group', 'endgroup', 'debug', 'error']
    expect(names.filter((name) => !harmless.includes(name))).toEqual([])
  })
})
