/** Each job's token may do what the contract's row for its actions says, and nothing else. */
import { expect, test } from '@jest/globals'
import { REPOSITORY } from '../../actions/shared/project.ts'
import { type Job, type Step, workflow, workflowFiles, workflowText } from './workflows.ts'

type Permissions = Readonly<Record<string, string>>

const NOTHING: Permissions = {}

/** By the action, and by what it is asked for. */
const ROWS: Readonly<Record<string, (given: NonNullable<Step['with']>) => Permissions>> = {
  '$/actions/deploy-nixos': () => NOTHING,
  '$/actions/garnix-wait': (given) => ({
    checks: 'read',
    contents: isAsked(given['record']) ? 'write' : 'read',
    // An input decides: it may be 'checks'.
    ...(isAsked(given['provider']) && given['provider'] !== 'none' ? { statuses: 'read' } : NOTHING),
    ...(isAsked(given['comment']) ? { 'pull-requests': 'write' } : NOTHING),
  }),
  '$/actions/update-flake-pr': (given) => ({
    contents: isAsked(given['dry-run']) ? 'read' : 'write',
    'pull-requests': isAsked(given['dry-run']) ? 'read' : 'write',
    ...(isAsked(given['dispatch-workflows']) ? { actions: 'write' } : NOTHING),
  }),
  '$/.github/actions/build-plan': () => NOTHING,
  '$/.github/actions/closure-build': () => NOTHING,
  '$/.github/actions/closure-join': () => NOTHING,
  '$/.github/actions/closure-push': () => NOTHING,
  '$/.github/actions/deploy-plan': () => NOTHING,
  '$/.github/actions/deployment-due': () => ({ actions: 'read', contents: 'read', deployments: 'read' }),
  '$/.github/actions/fleet-stages': () => NOTHING,
  '$/.github/actions/fleet-summary': () => NOTHING,
  'actions/checkout': () => ({ contents: 'read' }),
  'actions/setup-node': () => NOTHING,
  'actions/attest': () => ({ attestations: 'write', 'id-token': 'write' }),
  // Artifacts go by the runner's own token.
  'actions/download-artifact': () => NOTHING,
  'actions/upload-artifact': () => NOTHING,
  'cachix/install-nix-action': () => NOTHING,
}

/** By what a line of a script runs. */
const COMMANDS: readonly (readonly [RegExp, Permissions])[] = [
  [/\bgh attestation verify\b/, { attestations: 'read' }],
  [/\bgh release create\b/, { contents: 'write' }],
  [/\brelease-tags\.js (?:tag|move)\b/, { contents: 'write' }],
]

function isAsked(value: unknown): boolean {
  return value !== undefined && value !== false && value !== 'false'
}

function neededBy({ uses, steps = [] }: Job): Permissions {
  if (uses !== undefined)
    return joined(Object.values(workflow(uses.replace('$/.github/workflows/', '')).jobs).map(neededBy))
  const ofScripts = COMMANDS.filter(([command]) => steps.some(({ run = '' }) => command.test(run)))
  const ofActions = steps.map(({ uses: action = '', with: given = {} }) => rowOf(action)(given))
  return joined([...ofActions, ...ofScripts.map(([, permissions]) => permissions)])
}

function rowOf(action: string): (given: NonNullable<Step['with']>) => Permissions {
  // As published it is only started, with nothing to ask anybody for.
  const row =
    action === '' || action.startsWith(`${REPOSITORY}/`) ? () => NOTHING : ROWS[action.replace(/@.*/, '')]
  if (row === undefined) throw new Error(`What does ${action} need?`)
  return row
}

/** `write` where any of them says so. */
function joined(all: readonly Permissions[]): Permissions {
  const pairs = all
    .flatMap((one) => Object.entries(one))
    .sort(([, one], [, other]) => one.localeCompare(other))
  return Object.fromEntries(pairs)
}

const jobs = workflowFiles().flatMap((file) =>
  Object.entries(workflow(file).jobs).map(([name, job]) => [file, name, job] as const),
)

test.each(jobs)('%s: %s', (_, __, job) => {
  expect(job.permissions).toEqual(neededBy(job))
})

test('only a job that records, updates, comments or releases may write', () => {
  const writing = jobs.filter(([, , { permissions = {} }]) => Object.values(permissions).includes('write'))
  expect(writing.map(([file, name]) => `${file}: ${name}`)).toEqual([
    'compare.yml: compare',
    'deploy-fleet.yml: record',
    'deploy.yml: record',
    'live.yml: record',
    'live.yml: pull-request',
    'release.yml: publish',
    'update-flake.yml: update',
  ])
})

const called = workflowFiles().filter(
  (file) => file !== 'deploy-stage.yml' && 'workflow_call' in workflow(file).on,
)

test.each(called)('who calls %s reads there what to grant: what all of its jobs ask for together', (file) => {
  const together = joined(Object.values(workflow(file).jobs).map(({ permissions = {} }) => permissions))
  const words = Object.entries(together).map(([scope, access]) => `${scope}: ${access}`)
  expect(workflowText(file)).toMatch(new RegExp(`^ *# .*${words.sort().join(', ')}\\.`, 'm'))
})
