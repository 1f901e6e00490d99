import { describe, expect, test } from '@jest/globals'
import { tokenFactsOf } from '../../actions/update-flake-pr/tokenfacts.ts'

const answering = (data: unknown, status = 200) => {
  return async () => ({ status, headers: {}, data })
}
const viewer = (login: string) => answering({ data: { viewer: { login, databaseId: 41 } } })

describe('whose token it is', () => {
  test.each([
    ['ghs_1', 'github-actions[bot]', 'github-token'],
    ['ghs_1', 'acme-updater[bot]', 'app'],
    ['v1.old', 'acme-updater[bot]', 'app'],
    ['v1.old', 'github-actions[bot]', 'github-token'],
    ['ghp_1', 'alice', 'personal'],
    ['github_pat_1', 'alice', 'personal'],
    ['gho_1', 'alice', 'personal'],
    ['ghu_1', 'alice', 'personal'],
    ['0123456789abcdef', 'alice', 'personal'],
  ])('%s of %s is %s', async (token, login, kind) => {
    expect(await tokenFactsOf(token, viewer(login))).toEqual({ kind, login, id: 41 })
  })

  test.each([
    [
      answering({ message: 'Bad credentials' }, 401),
      "(401): it does not know 'token'. It says: 'Bad credentials'.",
    ],
    [
      answering({ errors: [{ type: 'FORBIDDEN', message: 'No.' }], data: null }),
      "(FORBIDDEN): 'token' lacks",
    ],
    [answering({ errors: [{ message: 'Something.' }] }), "(GraphQL). It says: 'Something'."],
    [answering({}), '(GraphQL).'],
    [answering({ data: { viewer: { login: '' } } }), "does not say whose 'token' is."],
    [answering({ data: {} }), "does not say whose 'token' is."],
  ])('is not guessed: %#', async (ask, words) => {
    await expect(tokenFactsOf('ghs_1', ask)).rejects.toThrow(words)
  })
})
