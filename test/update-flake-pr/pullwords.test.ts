import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import { GitHubUnavailable } from '../../actions/shared/github.ts'
import { carryOut, withWords } from '../../actions/update-flake-pr/pullwords.ts'

const DEED = { doing: "create branch 'x'", permission: 'contents: write' }
const refusal = (status: number, message: string, headers = {}) =>
  carryOut(async () => ({ status, headers, data: { message } }), 'POST /x', DEED)

describe('a refusal of GitHub', () => {
  test.each([
    [
      403,
      'GitHub Actions is not permitted to create or approve pull requests.',
      'may not create pull requests here',
    ],
    [403, 'Resource protected by organization SAML enforcement.', 'demands single sign-on of this token'],
    [403, 'Repository was archived so is read-only.', 'the repository is archived'],
    [
      403,
      'refusing to allow a GitHub App to create or update workflow `x` without `workflows` permission',
      'other workflow files',
    ],
    [422, 'Repository rule violations found', 'a rule of the repository forbids it'],
    [422, 'Cannot force-push to this branch', 'a rule of the repository forbids it'],
    [403, 'You do not have permission to create labels on this repository.', 'there is no such label yet'],
    [422, 'Draft pull requests are not supported in this repository.', 'the repository has no drafts'],
    [401, 'Bad credentials', "it does not know 'token'"],
    [403, 'Resource not accessible by integration', "'token' lacks 'contents: write'"],
    [404, 'Not Found', "not for this token, which needs 'contents: write'"],
  ])('%i %j is %s', async (status, message, words) => {
    const error = { message: expect.stringContaining(`GitHub refused to create branch 'x' (${status}): `) }
    await expect(refusal(status, message)).rejects.toMatchObject({
      ...error,
      hint: expect.stringMatching(/\.$/),
    })
    await expect(refusal(status, message)).rejects.toThrow(words)
  })

  test('without words is one all the same', async () => {
    await expect(refusal(409, '')).rejects.toMatchObject({
      message: "GitHub refused to create branch 'x' (409).",
      hint: undefined,
    })
  })

  test('names what GitHub says that it takes', async () => {
    const headers = { 'x-accepted-github-permissions': 'contents=write,workflows=write' }
    await expect(refusal(403, 'No.', headers)).rejects.toThrow(
      "'token' lacks 'contents: write' (it takes contents=write,workflows=write)",
    )
  })
})

describe('no answer', () => {
  const fails = (error: Error) => carryOut(async () => Promise.reject(error), 'POST /x', DEED)

  test('says what could not be done', async () => {
    const error = new GitHubUnavailable('GitHub could not be asked.', { hint: 'Wait.' })
    await expect(fails(error)).rejects.toMatchObject({
      name: 'GitHubUnavailable',
      message: "Could not create branch 'x'. GitHub could not be asked.",
      hint: 'Wait.',
    })
  })

  test('because of a bug is one', async () => {
    await expect(fails(new TypeError('a bug'))).rejects.toThrow(TypeError)
  })
})

test('more words leave the hint as it was', () => {
  const hinted = withWords(new ActionError('One.', { hint: 'Do.' }), 'Two.')
  expect([hinted.message, hinted.hint]).toEqual(['One. Two.', 'Do.'])
  expect(withWords(new ActionError('One.'), 'Two.').hint).toBeUndefined()
})
