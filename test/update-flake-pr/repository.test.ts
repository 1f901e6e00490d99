import { describe, expect, test } from '@jest/globals'
import { fieldOf, messageOf } from '../../actions/shared/errors.ts'
import { readRepository } from '../../actions/update-flake-pr/repository.ts'
import { scenes } from './publishscene.ts'

const scene = scenes()

describe('the repository', () => {
  test('is read with the branch that is proposed to', async () => {
    const { state, ask } = scene()
    state.setBranch('release/1', state.branch('main'))
    const facts = { owner: 'acme', fullName: state.name, defaultBranch: 'main' }
    const methods = { allowsAutoMerge: false, allowedMethods: ['merge', 'squash', 'rebase'] }
    const base = { name: 'main', sha: state.branch('main') }
    expect(await readRepository(undefined, ask)).toMatchObject({ ...facts, ...methods, base })
    expect(await readRepository('release/1', ask)).toMatchObject({
      ...facts,
      base: { ...base, name: 'release/1' },
    })
  })

  test('says what may be merged how, if it is said to this token', async () => {
    const { state, ask } = scene()
    Object.assign(state.settings, {
      mayAutoMerge: true,
      mayMerge: { MERGE: false, SQUASH: true, REBASE: false },
    })
    expect(await readRepository(undefined, ask)).toMatchObject({
      allowsAutoMerge: true,
      allowedMethods: ['squash'],
    })
    const silent = {
      full_name: 'a/b',
      html_url: 'https://g/a/b',
      default_branch: 'main',
      object: { sha: 'a'.repeat(40) },
    }
    const quiet = async () => ({ status: 200, headers: {}, data: silent })
    expect(await readRepository(undefined, quiet)).toMatchObject({
      allowsAutoMerge: undefined,
      allowedMethods: undefined,
    })
  })

  test.each([
    ['nowhere', "has no branch 'nowhere' to propose an update to. Look at 'base'."],
    [undefined, "has no branch 'trunk' to propose an update to. It seems to have no commit yet."],
  ])('without the base %s is an error', async (base, words) => {
    scene().state.settings.defaultBranch = 'trunk'
    const error: unknown = await readRepository(base, scene().ask).catch((reason: unknown) => reason)
    expect(`${messageOf(error)} ${String(fieldOf(error, 'hint'))}`).toContain(words)
  })

  test('that is archived is an error', async () => {
    scene().state.settings.isArchived = true
    await expect(readRepository(undefined, scene().ask)).rejects.toThrow(/^acme\/infra is archived/)
  })

  test.each([
    [[], 'no name or no default branch'],
    [{ full_name: 'acme/infra' }, 'no name or no default branch'],
    [
      { full_name: 'a/b', default_branch: 'main', object: { sha: 'main' } },
      "about branch 'main' names no commit",
    ],
  ])('is not made up from %j', async (data, words) => {
    const ask = async () => ({ status: 200, headers: {}, data })
    await expect(readRepository(undefined, ask)).rejects.toThrow(words)
  })

  test('that the token may not see is an error that names what it lacks', async () => {
    const ask = async () => ({ status: 404, headers: {}, data: { message: 'Not Found' } })
    await expect(readRepository(undefined, ask)).rejects.toMatchObject({
      message:
        "GitHub refused to show the repository (404): there is no such thing, or not for this token, which needs 'contents: read'. It says: 'Not Found'.",
      hint: expect.stringContaining("'permissions: contents: read'"),
    })
  })

  test('without an answer about the branch is an error', async () => {
    scene().fault = ({ route }) => (route.includes('/git/ref/') ? { status: 409 } : undefined)
    await expect(scene().repository()).rejects.toThrow("GitHub refused to show branch 'main' (409).")
  })
})
