/** The bundle of update-flake-pr with the real Nix, where inputs cannot be fetched or flakes not be read. */
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { errorsOf } from '../../support/errors.ts'
import { flakeStage, type FlakeStage } from '../../support/flakestage.ts'
import type { HostAnswer } from '../../support/fakehosts.ts'

jest.setTimeout(180_000)

let stage: FlakeStage
let answer: FlakeStage['hosts']['answer']
let count = 0
let branch: string

const FLAKE =
  '{ inputs.one.url = "github:acme/one"; inputs.two.url = "github:acme/two"; outputs = _: { }; }\n'

beforeAll(async () => {
  stage = await flakeStage()
  ;({ answer } = stage.hosts)
  for (const name of ['acme/one', 'acme/two']) stage.upstream(name, 'The beginning')
  await stage.push({ 'flake.nix': FLAKE })
  for (const name of ['acme/one', 'acme/two']) stage.upstream(name, 'More')
})

afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

beforeEach(() => {
  stage.hosts.answer = answer
  branch = `branch-${++count}`
})

/** From now on, whoever asks for this repository gets that. */
function breaks(name: string, broken: HostAnswer): void {
  stage.hosts.answer = (asked) => (asked.path.includes(`/${name}/`) ? broken : answer(asked))
}

const GONE: HostAnswer = { status: 404, body: '{"message":"Not Found"}' }
const LIMITED: HostAnswer = {
  status: 403,
  headers: { 'x-ratelimit-remaining': '0', 'content-type': 'application/json' },
  body: '{"message":"API rate limit exceeded for 192.0.2.1."}',
}

test('an input that is gone: the others are proposed, and the step is red', async () => {
  breaks('acme/one', GONE)
  const run = await stage.run({ branch })
  expect(run).toMatchObject({ code: 1, stderr: '', outputs: { status: 'created' } })
  expect(errorsOf(run)).toEqual([
    expect.stringMatching(
      /^An input could not be updated; the pull request has the others:\none \(\.\): .*404/,
    ),
  ])
  const { title, body } = stage.github.state.pulls.at(-1) ?? {}
  expect(title).toBe('flake.lock: update two')
  for (const text of [body, run.summary]) expect(text).toMatch(/<code>one<\/code>.*404/)
})

test("with 'on-input-error' fail, nothing is proposed", async () => {
  breaks('acme/one', GONE)
  const run = await stage.run({ branch, 'on-input-error': 'fail' })
  expect(run).toMatchObject({ code: 1, stderr: '', outputs: { status: 'failed' } })
  expect(stage.github.state.branch(branch)).toBeUndefined()
})

test('a rate limit of GitHub that nix meets is named', async () => {
  breaks('acme', LIMITED)
  const run = await stage.run({ branch })
  expect(run.code).toBe(1)
  expect(errorsOf(run).join('\n')).toMatch(
    /^api\.github\.com has been asked too often for now|: api\.github\.com has been asked too often/,
  )
  expect(stage.github.state.branch(branch)).toBeUndefined()
})

test('a flake.nix that does not evaluate is told as nix tells it', async () => {
  await stage.push({ 'flake.nix': '{ inputs.one.url = github:acme/one\n' }, [])
  const run = await stage.run({ branch })
  await stage.push({ 'flake.nix': FLAKE }, [])
  expect(run).toMatchObject({ code: 1, stderr: '', outputs: { status: 'failed' } })
  expect(errorsOf(run)).toEqual([
    expect.stringMatching(/^flake\.nix cannot be locked, whatever is updated: syntax error/),
  ])
  expect(stage.github.state.branch(branch)).toBeUndefined()
})

test('a flake.nix that has an input more than its lock', async () => {
  const text = FLAKE.replace('outputs', 'inputs.three.url = "github:acme/three"; outputs')
  stage.upstream('acme/three', 'The beginning')
  await stage.push({ 'flake.nix': text }, [])
  const run = await stage.run({ branch, inputs: 'one' })
  await stage.push({ 'flake.nix': FLAKE }, [])
  expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'created' } })
})
