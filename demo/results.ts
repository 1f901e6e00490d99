/** What became of each push and each update, as tables and as the texts that GitHub would show. */
import type { ActionRun } from '../test/support/run-action.ts'
import type { SystemSpec } from '../test/box/box.ts'
import type { Rows, Shown } from './page.ts'
import { colorOf, type Updated } from './updates.ts'

export interface Step {
  readonly title: string
  /** What is on main of the repository when the action starts. */
  readonly spec: SystemSpec
  readonly expected: string
}

export interface Played extends Step {
  readonly waited: ActionRun
  /** There is none where the wait failed. */
  readonly deployed: ActionRun | undefined
  readonly runsNow: string
}

export function pushTable(played: readonly Played[]): Rows {
  const rows = played.map(({ title, waited, deployed, expected, runsNow }) => [
    title,
    ...cells(waited),
    ...(deployed === undefined ? ['not begun', ''] : cells(deployed)),
    expected,
    runsNow.replace('/nix/store/', '').slice(0, 12),
  ])
  return [['commit', 'garnix-wait', 'time', 'deploy-nixos', 'time', 'expected', 'the host runs'], ...rows]
}

export function updateTable(updated: readonly Updated[]): Rows {
  const rows = updated.map(({ title, run, expected }) => {
    const [status, time] = cells(run)
    return [
      title,
      `${status}, ${colorOf(run.code)}`,
      time,
      expected,
      `#${run.outputs['pull-request-number']}`,
    ]
  })
  return [['inputs', 'update-flake-pr', 'time', 'expected', 'pull request'], ...rows]
}

function cells({ outputs, durationMs }: ActionRun): [status: string, time: string] {
  return [outputs['status'] ?? '(none)', `${(durationMs / 1000).toFixed(1)} s`]
}

export function shownOf(played: readonly Played[], updated: readonly Updated[]): readonly Shown[] {
  return [...played.flatMap(shownOfPush), ...updated.flatMap(shownOfUpdate)]
}

function shownOfPush({ title, waited, deployed }: Played, index: number): readonly Shown[] {
  const shown = (action: string, of: string, markdown: string): Shown => ({
    name: `${index + 1}-${of}`,
    title: `${title}: ${action}`,
    place: 'summary',
    markdown,
  })
  const wait = shown('garnix-wait', 'wait', waited.summary)
  return deployed === undefined ? [wait] : [wait, shown('deploy-nixos', 'deploy', deployed.summary)]
}

function shownOfUpdate({ title, run, body }: Updated, index: number): readonly Shown[] {
  const name = `update-${index + 1}`
  return [
    { name: `${name}-summary`, title: `${title}: update-flake-pr`, place: 'summary', markdown: run.summary },
    {
      name: `${name}-pull-request`,
      title: `${title}: the pull request`,
      place: 'pull request',
      markdown: body,
    },
  ]
}
