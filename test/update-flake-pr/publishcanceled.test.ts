/** A run that is called off while it publishes: nothing is left behind that nobody asked for. */
import { expect, test } from '@jest/globals'
import { BRANCH, scenes, TOKENS } from './publishscene.ts'

const scene = scenes()

/** Called off while GitHub works at it. */
function cancelAt(pattern: RegExp): void {
  scene().fault = ({ route, parameters }) => {
    if (!pattern.test(`${route} ${JSON.stringify(parameters)}`)) return undefined
    scene().cancel.abort(new Error('canceled by SIGINT'))
    return undefined
  }
}

test.each([
  ['its scratch branch is made', /POST .*git\/refs .*-scratch-/],
  ['the commit is made', /POST .*createCommitOnBranch/],
  ['the branch is looked at', /GET .*git\/ref.*heads\/update-flake-lock"/],
  ['the branch is made', /POST .*git\/refs .*heads\/update-flake-lock"/],
])('while %s, no branch is left', async (_, pattern) => {
  scene().token = TOKENS.personal
  cancelAt(pattern)
  await expect(scene().publish()).rejects.toThrow('canceled by SIGINT')
  expect(scene().branches()).toEqual(['main'])
  expect(scene().log.of('warning')).toEqual([])
})

test('after the branch was made, it is deleted again', async () => {
  scene().token = TOKENS.personal
  cancelAt(/DELETE .*-scratch-/)
  await expect(scene().publish()).rejects.toThrow('canceled by SIGINT')
  expect(scene().branches()).toEqual(['main'])
})

test('a branch that cannot be deleted any more is named', async () => {
  const made = /POST .*git\/refs /
  cancelAt(made)
  const { fault } = scene()
  scene().fault = (question, count) =>
    question.route.startsWith('DELETE ') ? { status: 403 } : fault(question, count)
  await expect(scene().publish()).rejects.toThrow('canceled by SIGINT')
  expect(scene().log.of('warning')).toEqual([
    expect.stringMatching(
      /^Branch 'update-flake-lock' is left over; the next run goes on from there\. GitHub/,
    ),
  ])
})

test('while the pull request is made, nobody knows whether it is there: the branch stays', async () => {
  cancelAt(/POST .*pulls /)
  await expect(scene().publish()).rejects.toThrow('canceled by SIGINT')
  expect(scene().log.of('warning')).toEqual([
    expect.stringMatching(/^Branch 'update-flake-lock' .* there may be a pull request all the same/),
  ])
  expect(scene().branches()).toEqual(['main', BRANCH])
})

test('while its pull request is brought up to date, that one stays open', async () => {
  await scene().publish()
  cancelAt(/PATCH .*git\/refs/)
  const files = [{ path: 'flake.lock', content: 'newer lock\n' }]
  await expect(scene().publish({ files })).rejects.toThrow('canceled by SIGINT')
  expect(scene().state.pulls).toMatchObject([{ state: 'open' }])
})
