import { describe, expect, test } from '@jest/globals'
import type { ActionError } from '../../actions/shared/errors.ts'
import type { Desired, Published } from '../../actions/update-flake-pr/publishing.ts'
import { scenes, TOKENS } from './publishscene.ts'

const scene = scenes()

const publish = (options: Partial<Desired['options']>): Promise<Published> => scene().publish({ options })
const pull = () => scene().state.pulls[0]
const said = ({ problems }: Published) => problems.map((problem) => words(problem))
const words = ({ message, hint = '' }: ActionError) => `${message} ${hint}`.trim()
const people = (given: Partial<Desired['options']['people']>) => ({
  people: { assignees: [], reviewers: [], teamReviewers: [], ...given },
})

describe('a new pull request', () => {
  test('gets its labels and people', async () => {
    scene().state.teams.add('nixers')
    scene().token = TOKENS.app
    const wanted = {
      assignees: ['alice'],
      reviewers: ['alice', 'bob'],
      teamReviewers: ['nixers'],
    }
    expect(await publish({ labels: ['flake', 'deps'], ...people(wanted) })).toMatchObject({ problems: [] })
    const { labels, assignees, reviewers, teamReviewers } = pull() ?? {}
    expect({ labels, assignees, reviewers, teamReviewers }).toEqual({
      labels: new Set(['flake', 'deps']),
      assignees: new Set(['alice']),
      reviewers: new Set(['alice', 'bob']),
      teamReviewers: new Set(['nixers']),
    })
  })

  test('is a draft if it should be one', async () => {
    await publish({ isDraft: true })
    expect(pull()?.isDraft).toBe(true)
  })

  test('asks for the labels again later, but for nobody', async () => {
    await publish({ labels: ['flake'], ...people({ reviewers: ['alice'], assignees: ['bob'] }) })
    for (const list of ['labels', 'reviewers', 'assignees'] as const) pull()?.[list].clear()
    await publish({ labels: ['flake'], ...people({ reviewers: ['alice'], assignees: ['bob'] }) })
    const lists = [pull()?.labels, pull()?.reviewers, pull()?.assignees]
    expect(lists.map((list) => list?.size)).toEqual([1, 0, 0])
  })

  test('is there whatever GitHub refuses of it, and each is said', async () => {
    scene().allow(TOKENS.job, 'github-actions[bot]', ['contents: write', 'pull-requests: write'])
    const some = { assignees: ['stranger', 'alice'], reviewers: ['nobody', 'bob'], teamReviewers: ['nixers'] }
    const published = await publish({ labels: ['new'], ...people(some), dispatchWorkflows: ['ci.yml'] })
    expect(published).toMatchObject({ status: 'created', number: 1 })
    expect(said(published)).toEqual([
      expect.stringMatching(/^GitHub refused to label .*may not make it.*issues: write/),
      expect.stringMatching(/^GitHub did not assign stranger to pull request #1\..*at most ten/),
      expect.stringMatching(/^GitHub refused to ask nobody for a review of pull request #1 \(422\)/),
      expect.stringMatching(/^GitHub refused to ask team nixers .* Teams need an App's or a personal token/),
      expect.stringMatching(
        /^GitHub refused to start workflow ci.yml .*\(403\): 'token' lacks 'actions: write'/,
      ),
    ])
    expect([[...(pull()?.assignees ?? [])], [...(pull()?.reviewers ?? [])]]).toEqual([['alice'], ['bob']])
  })
})

describe('auto-merge', () => {
  const allow = () => {
    scene().state.settings.mayAutoMerge = true
    scene().state.addRule({ type: 'required_status_checks' })
  }

  test.each([
    ['job', 1],
    ['app', 0],
    ['personal', 0],
  ] as const)('is enabled, with a warning where the merge starts nothing: %s', async (kind, warnings) => {
    allow()
    scene().token = TOKENS[kind]
    expect(await publish({ autoMerge: 'squash' })).toMatchObject({ problems: [] })
    expect(pull()).toMatchObject({ state: 'open', autoMerge: { method: 'SQUASH' } })
    expect(scene().log.of('warning')).toHaveLength(warnings)
  })

  test('waits until GitHub knows the new pull request', async () => {
    allow()
    scene().state.lag.nodes.reads = 2
    expect(await publish({ autoMerge: 'merge' })).toMatchObject({ problems: [] })
  })

  const settings = () => scene().state.settings
  test.each<[string, () => void, string]>([
    ['no auto-merge', () => (settings().mayAutoMerge = false), 'does not allow it. GitHub says'],
    [
      'other methods',
      () => (settings().mayMerge.REBASE = false),
      'the repository does not allow this method',
    ],
    ['no rule', () => (scene().state.rules.length = 0), 'no rule of the base demands anything'],
    ['nothing to wait for', () => (scene().state.rules.length = 1), 'there is nothing to wait for'],
  ])('is not enabled where the repository has %s, and that is said', async (_, arrange, expected) => {
    scene().state.addRule({ type: 'deletion' })
    allow()
    arrange()
    const published = await publish({ autoMerge: 'rebase' })
    expect(said(published)).toEqual([expect.stringContaining(expected)])
    expect(published).toMatchObject({ status: 'created' })
    expect(pull()).toMatchObject({ state: 'open', autoMerge: undefined })
  })

  test.each([
    ['Pull request Pull request is in unstable status', 'a check that no rule demands has failed or goes on'],
    ["Pull request Can't enable auto-merge for this pull request.", 'it is a draft, or closed'],
    ['Head branch was modified. Review and try the merge again.', 'somebody pushed to its branch just now'],
    [
      'Something else',
      "GitHub refused to enable auto-merge of pull request #1 (UNPROCESSABLE). It says: 'Something else'.",
    ],
  ])('is not enabled when GitHub says %j', async (message, expected) => {
    allow()
    scene().fault = ({ route, parameters }) =>
      route === 'POST /graphql' && String(parameters['query']).includes('AutoMerge')
        ? { status: 200, body: { data: null, errors: [{ type: 'UNPROCESSABLE', message }] } }
        : undefined
    expect(said(await publish({ autoMerge: 'squash' }))).toEqual([expect.stringContaining(expected)])
  })
})

describe('workflows', () => {
  const add = (name: string, content: string) =>
    scene().state.push('main', { files: { [`.github/workflows/${name}`]: content } })

  test('are started on the branch, each time', async () => {
    add('ci.yml', 'on: workflow_dispatch')
    await publish({ dispatchWorkflows: ['ci.yml'] })
    await publish({ dispatchWorkflows: ['ci.yml'] })
    const [first, second] = scene().state.dispatches
    expect([first?.ref, second?.sha]).toEqual([
      'update-flake-lock',
      scene().state.branch('update-flake-lock'),
    ])
  })

  test('that cannot be started do not stop the others', async () => {
    add('ci.yml', 'on: workflow_dispatch')
    add('push.yml', 'on: push')
    const published = await publish({ dispatchWorkflows: ['push.yml', 'none.yml', 'ci.yml'] })
    const hint = "with 'on: workflow_dispatch', and not be disabled; 'token' needs 'actions: write'."
    expect(said(published)).toEqual([
      expect.stringMatching(new RegExp(`workflow push.yml on 'update-flake-lock' \\(422\\).*${hint}`)),
      expect.stringMatching(new RegExp(`workflow none.yml on 'update-flake-lock' \\(404\\).*${hint}`)),
    ])
    expect(scene().state.dispatches).toHaveLength(1)
  })

  test('wait until GitHub knows the branch', async () => {
    add('ci.yml', 'on: workflow_dispatch')
    let times = 0
    scene().fault = ({ route }) =>
      route.endsWith('/dispatches') && times++ < 2
        ? { status: 422, message: 'No ref found for: x' }
        : undefined
    expect(await publish({ dispatchWorkflows: ['ci.yml'] })).toMatchObject({ problems: [] })
  })
})
