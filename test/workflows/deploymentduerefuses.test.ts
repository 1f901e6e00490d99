/** deployment-due, where GitHub does not say what it has to know. */
import { describe, expect, test } from '@jest/globals'
import type { ActionRun } from '../support/run-action.ts'
import { annotations, dueScene, type Given, PERMISSIONS, TOKEN } from './duescene.ts'

const scene = dueScene()

describe('what is not known is an error, and nothing is deployed', () => {
  /** Its one error, of a red step that handed nothing on. */
  const errorOf = (run: ActionRun) => {
    const errors = annotations(run, 'error')
    return { code: run.code, outputs: run.outputs, errors }
  }
  const red = (message: RegExp) => ({ code: 1, outputs: {}, errors: [expect.stringMatching(message)] })

  test('where the statuses have no end', async () => {
    scene.github.state.addDeployment(
      scene.tip,
      Array.from({ length: 1_200 }, () => 'in_progress'),
    )
    expect(errorOf(await scene.asked())).toEqual(
      red(/more than 1000 statuses, and none of them is a success\. .*Push, /),
    )
    expect(scene.github.exchanges).toHaveLength(12)
  })

  test.each(PERMISSIONS)('where the token lacks %s', async (missing) => {
    const permissions = PERMISSIONS.filter((one) => one !== missing)
    scene.github.tokens.set(TOKEN, { login: 'github-actions[bot]', permissions })
    expect(errorOf(await scene.asked())).toEqual(
      red(new RegExp(`it lacks '${missing}'.*Give the job 'permissions: ${missing}'`)),
    )
  })

  test('where the deployment is gone before its status is read', async () => {
    scene.github.state.addDeployment(scene.tip, ['success'])
    scene.github.catchUp = () => {
      if (scene.github.exchanges.at(-1)?.path.includes('/statuses') === true)
        scene.github.state.deployments.length = 0
    }
    expect(errorOf(await scene.asked())).toEqual(red(/does not have the statuses of deployment \d+/))
  })

  test('where there is no such branch', async () => {
    expect(errorOf(await scene.asked({ branch: 'gone' }))).toEqual(
      red(/does not have the tip of branch 'gone'/),
    )
  })

  test('where GitHub says a state that nobody knows, which gives no command to the runner', async () => {
    scene.github.state.addDeployment(scene.tip, ['success'])
    scene.github.disturb = ({ path }) =>
      path.includes('/statuses') ? { status: 200, body: '[{"state":"x\\n::add-mask::a"}]' } : undefined
    const run = await scene.asked()
    expect(errorOf(run)).toEqual(red(/is 'x%0A::add-mask::a', which is no known state/))
    expect(run.lines.filter((line) => line.startsWith('::add-mask::a'))).toEqual([])
  })

  test.each<[string, Given, RegExp]>([
    ['no environment', { environment: '' }, /'environment' is required/],
    ['no commit', { sha: 'main' }, /'sha' is 'main', expected 40 hex digits of a commit/],
  ])('with %s', async (_, given, message) => {
    expect(errorOf(await scene.asked(given))).toEqual(red(message))
    expect(scene.github.exchanges).toEqual([])
  })
})

describe('what may pass', () => {
  type Answer = Readonly<{ status: number; headers?: Readonly<Record<string, string>>; body: string }>
  const elsewhere = { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' }, body: '' }
  const limit = { status: 403, headers: { 'retry-after': '3600' }, body: '{"message":"Wait."}' }
  const noWord = { status: 200, body: '{"workflow_runs":[{"id":1,"status":"completed","conclusion":"<b>"}]}' }

  test('is asked again, four times in all', async () => {
    scene.github.disturb = (_, count) => (count <= 2 ? { status: 502, body: '<html>' } : undefined)
    expect(await scene.asked()).toMatchObject({ code: 0, outputs: { due: 'true' } })
    scene.github.disturb = () => ({ status: 503, body: '{}' })
    scene.github.exchanges.length = 0
    expect((await scene.asked()).outputs['due']).toBe('false')
    expect(scene.github.exchanges).toHaveLength(4)
  })

  test.each<[string, RegExp, [string, Answer]]>([
    [
      'has no answer',
      /GitHub answered that it cannot \(status 503\)/,
      ['/git/', { status: 503, body: '{}' }],
    ],
    ['sends elsewhere, where the token does not go', /\(status 302\)/, ['/git/', elsewhere]],
    ['says of a run what is no word', /\/runs: GitHub answered with something else/, ['/workflows/', noWord]],
    ['wants to be left alone for long', /it wants to be asked nothing for 1 h/, ['/', limit]],
  ])('where GitHub %s: a warning, and the next hour deploys', async (_, words, [part, answer]) => {
    scene.github.disturb = ({ path }) => (path.includes(part) ? answer : undefined)
    const run = await scene.asked()
    const reason = 'Not due: GitHub did not say what became of it, and the next hour asks again.'
    expect(run).toMatchObject({ code: 0, outputs: { due: 'false', reason } })
    expect(annotations(run, 'warning')).toContain(reason)
    expect(run.stdout).toMatch(words)
    scene.github.disturb = () => undefined
    expect((await scene.asked()).outputs['due']).toBe('true')
  })
})
