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

  test('where GitHub says of a run what is no word', async () => {
    scene.github.disturb = ({ path }) =>
      path.includes('/workflows/')
        ? { status: 200, body: '{"workflow_runs":[{"id":1,"status":"completed","conclusion":"<b>"}]}' }
        : undefined
    expect(errorOf(await scene.asked())).toEqual(red(/\/runs: GitHub answered with something else/))
  })

  test('where the rate limit does not end soon', async () => {
    scene.github.disturb = () => ({
      status: 403,
      headers: { 'retry-after': '3600' },
      body: '{"message":"Wait."}',
    })
    expect(errorOf(await scene.asked())).toEqual(
      red(/GitHub is asked too much at once: it wants to be asked nothing for 1 h/),
    )
  })

  test.each<[string, Given, RegExp]>([
    ['no environment', { environment: '' }, /'environment' is required/],
    ['no commit', { sha: 'main' }, /'sha' is 'main', expected 40 hex digits of a commit/],
  ])('with %s', async (_, given, message) => {
    expect(errorOf(await scene.asked(given))).toEqual(red(message))
    expect(scene.github.exchanges).toEqual([])
  })

  test('where GitHub sends elsewhere: the token goes nowhere else', async () => {
    const location = 'http://127.0.0.1:9/elsewhere'
    scene.github.disturb = ({ path }) =>
      path.includes('/git/') ? { status: 302, headers: { location }, body: '' } : undefined
    expect(errorOf(await scene.asked())).toEqual(red(/GitHub could not be asked: .* \(status 302\)/))
  })
})

test('asks again where GitHub has a bad moment, and gives up after four', async () => {
  scene.github.disturb = (_, count) => (count <= 2 ? { status: 502, body: '<html>' } : undefined)
  expect(await scene.asked()).toMatchObject({ code: 0, outputs: { due: 'true' } })
  scene.github.disturb = () => ({ status: 503, body: '{}' })
  scene.github.exchanges.length = 0
  expect(await scene.asked()).toMatchObject({ code: 1, outputs: {} })
  expect(scene.github.exchanges).toHaveLength(4)
})
