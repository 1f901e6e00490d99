import { describe, expect, test } from '@jest/globals'
import { openBelow, pullsOn } from '../../actions/update-flake-pr/pulls.ts'
import { stateComment } from '../../actions/update-flake-pr/state.ts'
import { BRANCH, scenes, stateOf } from './publishscene.ts'

const scene = scenes()

const on = async (branch = BRANCH) => pullsOn(branch, await scene().repository(), scene().ask)
const below = async () => openBelow(BRANCH, await scene().repository(), scene().ask)

/** A pull request of a branch with one commit. */
function add(given: Partial<Parameters<ReturnType<typeof scene>['state']['openPull']>[0]> = {}) {
  const { state } = scene()
  const head = given.head ?? BRANCH
  state.setBranch(head, state.branch(head) ?? state.commit({ parents: [scene().base] }))
  return state.openPull({ headSha: state.branch(head) ?? '', author: 'bot', title: 'Old', head, ...given })
}

describe('the pull requests of a branch', () => {
  test('are none where there are none', async () => {
    expect(await on()).toEqual({ open: undefined, closed: [] })
  })

  test('are read with what their bodies remember', async () => {
    const remembered = stateOf('a'.repeat(40), [{ flake: '.', input: 'nixpkgs', rev: 'b'.repeat(40) }])
    const { headSha } = add({ body: `Words\r\n${stateComment(remembered)}\r\n`, isDraft: true })
    expect((await on()).open).toEqual({
      ...{ number: 1, title: 'Old', branch: BRANCH, base: 'main', headSha, isDraft: true },
      nodeId: expect.stringMatching(/^PR_/),
      ...{ state: remembered, isMerged: false, author: 'bot' },
      url: expect.stringMatching(/^http.*\/pull\/1$/),
      body: expect.stringContaining('Words'),
    })
  })

  test('are asked for at once, and the closed ones told newest first', async () => {
    add({ state: 'closed' })
    add({ state: 'closed', isMerged: true, closedAt: '2026-01-31T12:00:00Z' })
    add()
    const { open, closed } = await on()
    expect(open?.number).toBe(3)
    expect(closed.map(({ number, isMerged }) => [number, isMerged])).toEqual([
      [2, true],
      [1, false],
    ])
    expect(
      scene()
        .routes()
        .filter((route) => route === 'GET /pulls'),
    ).toHaveLength(1)
  })

  test('are those to this base, but an open one may lead to another', async () => {
    scene().state.setBranch('old', scene().base)
    add({ base: 'old', state: 'closed' })
    add({ base: 'old' })
    expect(await on()).toMatchObject({ open: { number: 2, base: 'old' }, closed: [] })
    add()
    expect(await on()).toMatchObject({ open: { number: 3, base: 'main' } })
  })

  test('are of this repository, not of a fork, nor of a longer name', async () => {
    add({ headOwner: 'mallory' })
    add({ head: `${BRANCH}-2` })
    expect(await on()).toEqual({ open: undefined, closed: [] })
  })

  test('are nobody else’s whatever GitHub answers', async () => {
    const repository = await scene().repository()
    const repo = (name: string | null) => ({ ref: BRANCH, repo: name === null ? null : { full_name: name } })
    const data = [
      { state: 'open', head: repo(null) },
      { state: 'open', head: repo('mallory/infra') },
      { state: 'open', head: { ...repo(repository.fullName), ref: 'other' } },
      { state: 'open', head: repo(repository.fullName.toUpperCase()) },
    ]
    const ask = async () => ({ status: 200, headers: {}, data })
    const { open } = await pullsOn(BRANCH, repository, ask)
    expect(open).toMatchObject({ number: 0, body: '', headSha: '', state: undefined })
  })

  test('that the token may not see are an error', async () => {
    scene().fault = ({ route }) => (route.endsWith('/pulls') ? { status: 403 } : undefined)
    await expect(on()).rejects.toThrow(`list the pull requests of branch '${BRANCH}' (403)`)
  })
})

describe('the open pull requests below a branch', () => {
  test('are those of its inputs', async () => {
    add({ head: `${BRANCH}/nixpkgs` })
    add({ head: `${BRANCH}/old`, state: 'closed' })
    add({ head: `${BRANCH}-scratch/x` })
    add({ head: `${BRANCH}/theirs`, headOwner: 'mallory' })
    expect((await below()).map(({ branch }) => branch)).toEqual([`${BRANCH}/nixpkgs`])
  })

  test('are found on later pages too', async () => {
    for (let at = 0; at < 205; at++) add({ head: at % 100 === 0 ? `${BRANCH}/i${at}` : 'other' })
    expect((await below()).map(({ branch }) => branch)).toEqual([200, 100, 0].map((at) => `${BRANCH}/i${at}`))
    expect(
      scene()
        .routes()
        .filter((route) => route === 'GET /pulls'),
    ).toHaveLength(3)
  })

  test('are looked for in the last thousand', async () => {
    const repository = await scene().repository()
    let asked = 0
    const ask = async () => {
      asked++
      return { status: 200, headers: {}, data: Array.from({ length: 100 }, () => ({})) }
    }
    expect(await openBelow(BRANCH, repository, ask)).toEqual([])
    expect(asked).toBe(10)
  })
})
