/** The judge of documented calls: what it lets pass, and what it does not. */
import { expect, test } from '@jest/globals'
import { problemsOf } from './calls.ts'

const COMPARE = 'toxx1220/nix-vps/.github/workflows/compare.yml@v1'
const WAIT = 'toxx1220/nix-vps/actions/garnix-wait@v1'
const GRANTED = { checks: 'read', contents: 'read', 'pull-requests': 'write', statuses: 'read' }

const calling = (job: object) => problemsOf({ permissions: {}, jobs: { one: job } })
const stepping = (uses: string, given: object = {}) => calling({ steps: [{ uses, with: given }] })

test('a call with what the workflow declares and asks for has no problem', () => {
  const given = { configurations: 'web', 'compare-with': '${{ vars.BEFORE }}' }
  expect(calling({ uses: COMPARE, permissions: GRANTED, with: given, secrets: 'inherit' })).toEqual([])
})

test.each<[string, object, string]>([
  ['workflow that is not there', { uses: COMPARE.replace('compare', 'compere') }, 'there is no workflow'],
  ['workflow of another repository', { uses: COMPARE.replace('toxx', 'tox') }, 'there is no workflow'],
  ['version nobody gets', { uses: COMPARE.replace('@v1', '@v2'), permissions: GRANTED }, 'is not by v1'],
  ['input it has not', { uses: COMPARE, permissions: GRANTED, with: { config: 'web' } }, "has no 'config'"],
  ['type it has not', { uses: COMPARE, permissions: GRANTED, with: { caches: 5 } }, 'wants another type'],
  ['secret it has not', { uses: COMPARE, permissions: GRANTED, secrets: { NETRC: 'x' } }, "has no 'NETRC'"],
  [
    'permission less',
    { uses: COMPARE, permissions: { ...GRANTED, checks: 'none' } },
    'asks for checks: read',
  ],
])('a call with a %s is told', (_, job, problem) => {
  expect(calling(job)).toEqual([expect.stringContaining(problem)])
})

test.each<[string, string, object]>([
  ['there is no action', WAIT.replace('garnix', 'hydra'), {}],
  ["has no 'configuration'", WAIT, { configuration: 'web' }],
  ['is not of', WAIT.replace('toxx', 'tox'), {}],
  ["needs 'ssh-key'", WAIT.replace('garnix-wait', 'deploy-nixos'), { host: 'web' }],
])('a step is told: %s', (problem, uses, given) => {
  expect(stepping(uses, given)).toEqual([expect.stringContaining(problem)])
})
