/** compare.yml: each pull request once, and nothing of it is run where the token may write. */
import { describe, expect, test } from '@jest/globals'
import { filled, isMet } from '../support/expressions.ts'
import { job, stepWith, workflow } from './workflows.ts'

const COMPARE = job('compare.yml', 'compare')
const RUNNING = { success: true, failure: false, cancelled: false, always: true }
const REPOSITORY = 'octo-org/infra'

const pull = (from: string | undefined, number = 7) => ({
  pull_request: { number, head: { repo: from === undefined ? null : { full_name: from } } },
})
const on = (event_name: string, event: unknown = {}, ref = 'refs/heads/main') => ({
  github: { event_name, event, ref, repository: REPOSITORY },
  inputs: {},
})
const isRun = (contexts: ReturnType<typeof on>) => isMet(COMPARE.if, contexts, RUNNING)

describe('a pull request', () => {
  test.each<[string, string | undefined, string]>([
    ['of the repository itself', REPOSITORY, 'pull_request'],
    ['of the repository itself, spelt otherwise', 'Octo-Org/Infra', 'pull_request'],
    ['from a fork', 'somebody/infra', 'pull_request_target'],
    ['from a fork with the same owner', 'octo-org/infra-fork', 'pull_request_target'],
    ['from a fork that is gone', undefined, 'pull_request_target'],
  ])('%s is compared by one of the two events it fires', (_, from, event) => {
    const both = ['pull_request', 'pull_request_target']
    expect(both.filter((name) => isRun(on(name, pull(from))))).toEqual([event])
  })

  test.each(['workflow_dispatch', 'push', 'check_run', 'schedule'])('is compared on %s too', (event) => {
    expect(isRun(on(event))).toBe(true)
  })
})

describe('a newer comparison cancels', () => {
  const groupOf = (contexts: ReturnType<typeof on>, configurations = '') =>
    filled(COMPARE.concurrency?.group ?? '', { ...contexts, inputs: { configurations } })

  test('the older one of the same pull request, or of the same branch', () => {
    expect(COMPARE.concurrency?.['cancel-in-progress']).toBe(true)
    expect(groupOf(on('pull_request', pull(REPOSITORY), 'refs/pull/7/merge'))).toBe('compare-pull_request-7-')
    expect(groupOf(on('workflow_dispatch', {}, 'refs/heads/update-flake-lock'))).toBe(
      'compare-workflow_dispatch-refs/heads/update-flake-lock-',
    )
  })

  test('no other: not of another number, event or set of configurations', () => {
    const groups = [
      groupOf(on('pull_request', pull(REPOSITORY))),
      groupOf(on('pull_request', pull(REPOSITORY, 8))),
      groupOf(on('pull_request_target', pull(REPOSITORY))),
      groupOf(on('pull_request', pull(REPOSITORY)), 'web'),
    ]
    expect(new Set(groups).size).toBe(4)
  })
})

describe('what to compare', () => {
  const [look] = COMPARE.steps ?? []
  const vars = { NIXOS_CONFIGURATIONS: 'web', NIX_CACHES: 'https://cache.example.org key' }

  test.each([
    [true, {}, {}],
    [true, {}, { NIX_CACHES: vars.NIX_CACHES }],
    [true, { configurations: 'web' }, {}],
    [false, {}, vars],
    [false, { configurations: 'web', caches: vars.NIX_CACHES }, {}],
  ])('is missing: %s, with inputs %j and variables %j', (isMissing, inputs, given) => {
    expect(isMet(look?.if, { inputs, vars: given }, RUNNING)).toBe(isMissing)
    expect(look?.run).toMatch(/^echo "::error::[^$`]*NIXOS_CONFIGURATIONS[^$`]*NIX_CACHES[^$`]*"\nexit 1\n$/)
  })

  test("is the variables' where no input says otherwise, against the nearest recorded closure", () => {
    const given = stepWith('actions/garnix-wait', COMPARE).with ?? {}
    const contexts = { inputs: {}, vars, secrets: {} }
    const values = Object.entries(given).map(([name, value]) => [name, filled(String(value), contexts)])
    expect(Object.fromEntries(values)).toEqual({
      configurations: 'web',
      caches: vars.NIX_CACHES,
      netrc: '',
      'store-paths': '',
      provider: 'garnix',
      'check-names': '',
      'compare-with': 'previous',
      comment: 'true',
    })
  })
})

test('the update pull request is compared: its branch gets the event that this workflow listens to', () => {
  const step = stepWith('actions/update-flake-pr', job('update-flake.yml', 'update'))
  const dispatched = (inputs: unknown, token = '') =>
    filled(String(step.with?.['dispatch-workflows']), { inputs, secrets: { UPDATE_TOKEN: token } })
  expect(dispatched({})).toBe('compare.yml')
  expect(dispatched({ flakes: '.', 'dispatch-workflows': '' })).toBe('')
  expect(dispatched({ flakes: '.', 'dispatch-workflows': 'mine.yml' })).toBe('mine.yml')
  expect(dispatched({}, 'what it opens starts workflows')).toBe('')
  expect(Object.keys(workflow('compare.yml').on)).toContain('workflow_dispatch')
})
