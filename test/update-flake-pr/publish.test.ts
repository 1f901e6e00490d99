import { describe, expect, test } from '@jest/globals'
import { publish } from '../../actions/update-flake-pr/publish.ts'
import { BRANCH, scenes, stateOf, TOKENS } from './publishscene.ts'

const scene = scenes()

const NEWER = { files: [{ path: 'flake.lock', content: 'newer lock\n' }], title: 'Newer' }
const head = (branch = BRANCH) => scene().state.branch(branch) ?? ''
const pulls = () => scene().state.pulls.map(({ number, state, title }) => ({ number, state, title }))

describe.each(Object.entries(TOKENS))('with the token %s a pull request', (kind, token) => {
  test('is made of one verified commit on the base', async () => {
    scene().token = token
    expect(await scene().publish()).toEqual({
      ...{ status: 'created', number: 1, headSha: head(), isVerified: true, problems: [] },
      url: expect.stringMatching(/\/pull\/1$/),
    })
    const [parents, message] = [[head('main')], 'flake.lock: update\n\nAll of it.']
    expect(scene().state.git.commits.get(head())).toMatchObject({ parents, message })
    expect(scene().state.textAt(BRANCH, 'flake.lock')).toBe('new lock\n')
    expect(scene().state.textAt(BRANCH, 'README.md')).toBe('Hello\n')
    expect(scene().branches()).toEqual(['main', BRANCH])
  })

  test('is kept when there is more to update, on the base as it is then', async () => {
    scene().token = token
    await scene().publish()
    scene().state.push('main', { files: { 'README.md': 'Hello again\n' } })
    expect(await scene().publish(NEWER)).toMatchObject({ status: 'updated', number: 1, headSha: head() })
    expect(pulls()).toEqual([{ number: 1, state: 'open', title: 'Newer' }])
    expect(scene().state.pulls[0]?.body).toContain('What changes.')
    expect((await scene().open())?.state).toEqual(stateOf(head()))
    expect(scene().state.git.commits.get(head())?.parents).toEqual([head('main')])
    expect(scene().branches()).toEqual(['main', BRANCH])
  })

  test(`costs few requests: ${kind}`, async () => {
    scene().token = token
    const desired = await scene().desired()
    const before = scene().asked.length
    await publish(desired, scene().world)
    expect(scene().asked.length - before).toBeLessThanOrEqual(8)
  })
})

describe('the head of a pull request', () => {
  test('is never its base: the commit is there before the branch is moved, once', async () => {
    await scene().publish()
    const before = scene().asked.length
    await scene().publish(NEWER)
    const writes = scene()
      .routes()
      .slice(before)
      .filter((route) => !route.startsWith('GET'))
    expect(writes.filter((route) => !route.includes('graphql'))).toEqual([
      'POST /git/trees',
      'POST /git/commits',
      'PATCH /git/refs/{ref}',
      'PATCH /pulls/{pull_number}',
    ])
  })

  test('goes with it to another base', async () => {
    await scene().publish()
    scene().state.push('next', { files: { 'flake.lock': 'old lock\n' } })
    scene().state.settings.defaultBranch = 'next'
    await scene().publish(NEWER)
    expect(scene().state.pulls).toMatchObject([{ number: 1, base: 'next', state: 'open' }])
  })
})

describe('what others did is kept', () => {
  const kept = (words: string) => ({ status: 'kept', words: expect.stringContaining(words), problems: [] })

  test.each(Object.values(TOKENS))('when somebody pushes between read and write: %s', async (token) => {
    scene().token = token
    await scene().publish()
    const desired = { ...(await scene().desired(NEWER)), open: await scene().open() }
    const theirs = scene().state.push(BRANCH, { files: { 'README.md': 'Mine\n' } })
    expect(await publish(desired, scene().world)).toEqual(kept('somebody changed it'))
    expect(head()).toBe(theirs)
    expect(scene().branches()).toEqual(['main', BRANCH])
  })

  test('when somebody makes the branch between read and write', async () => {
    scene().fault = ({ route }) => {
      if (route.startsWith('POST') && route.endsWith('/git/refs'))
        scene().state.setBranch(BRANCH, scene().base)
      return undefined
    }
    expect(await scene().publish()).toEqual(kept('somebody changed it'))
    expect(head()).toBe(scene().base)
  })

  test('when the branch has somebody’s commits and no pull request', async () => {
    const theirs = scene().state.commit({ parents: [scene().base], files: { 'x.nix': 'x' } })
    scene().state.setBranch(BRANCH, theirs)
    expect(await scene().publish()).toEqual(kept('without a pull request: it changes x.nix.'))
    expect(head()).toBe(theirs)
    expect(pulls()).toEqual([])
  })

  test('unless they are to be overwritten', async () => {
    const theirs = scene().state.commit({ parents: [scene().base], files: { 'x.nix': 'x' } })
    scene().state.setBranch(BRANCH, theirs)
    expect(await scene().publish({ options: { onEdited: 'overwrite' } })).toMatchObject({ status: 'created' })
    expect(scene().state.textAt(BRANCH, 'x.nix')).toBeUndefined()
  })
})

test.each([
  ['at an earlier state of the base', () => scene().base],
  ['with a commit of an earlier run', () => earlier('flake.lock')],
  ['with a commit to another lock', () => earlier('nix/flake.lock')],
])('a branch %s that is left over is taken', async (_, make) => {
  scene().state.setBranch(BRANCH, make())
  expect(await scene().publish()).toMatchObject({ status: 'created', headSha: head() })
  expect(pulls()).toHaveLength(1)
})

function earlier(path: string): string {
  return scene().state.commit({ parents: [scene().base], files: { [path]: 'lock\n' } })
}

describe('GitHub is late', () => {
  test.each<[string, () => void]>([
    ['to list pull requests', () => (scene().state.lag.pulls.reads = 2)],
    ['to know commits', () => (scene().state.lag.commits.reads = 2)],
    ['to know branches', () => (scene().state.lag.refs.reads = 1)],
  ])('%s', async (_, arrange) => {
    for (const token of Object.values(TOKENS)) {
      scene().token = token
      arrange()
      expect(await scene().publish({ branch: `of-${token}` })).toMatchObject({
        status: 'created',
        problems: [],
      })
    }
    expect(pulls().every(({ state }) => state === 'open')).toBe(true)
  })

  test('to know that the new branch has a commit', async () => {
    scene().fault = ({ route }, count) =>
      route.startsWith('POST') && route.endsWith('/pulls') && count < 13
        ? { status: 422, message: 'No commits between main and update-flake-lock' }
        : undefined
    expect(await scene().publish()).toMatchObject({ status: 'created' })
  })

  test('to say that somebody made the pull request meanwhile', async () => {
    scene().fault = ({ route }) => {
      if (route.startsWith('POST') && route.endsWith('/pulls') && scene().state.pulls.length === 0)
        scene().state.openPull({ head: BRANCH, headSha: head(), author: 'alice', title: 'Mine' })
      return undefined
    }
    expect(await scene().publish()).toMatchObject({ status: 'updated', number: 1 })
    expect(pulls()).toEqual([{ number: 1, state: 'open', title: 'Update' }])
  })
})

describe('leftovers of a killed run', () => {
  const names = [
    `${BRANCH}-scratch-0123456789abcdef`,
    `${BRANCH}-scratch-mine`,
    `x-${BRANCH}-scratch-0123456789abcdef`,
  ]

  test('are deleted by the next run with a personal token, and nothing else is', async () => {
    for (const name of names) scene().state.setBranch(name, scene().base)
    scene().token = TOKENS.personal
    await scene().publish()
    expect(scene().branches()).toEqual([...names.slice(1), 'main', BRANCH].toSorted())
  })

  test('are none if they have something of somebody in them', async () => {
    const name = names[0] ?? ''
    scene().state.setBranch(name, scene().state.commit({ parents: [scene().base], files: { 'x.nix': 'x' } }))
    scene().token = TOKENS.personal
    await scene().publish()
    expect(scene().branches()).toContain(name)
  })

  test('that cannot be deleted are said, and no more', async () => {
    const name = names[0] ?? ''
    scene().state.setBranch(name, scene().base)
    scene().token = TOKENS.personal
    scene().fault = ({ route, parameters }) =>
      route.startsWith('DELETE') && parameters['ref'] === `heads/${name}` ? { status: 403 } : undefined
    expect(await scene().publish()).toMatchObject({ status: 'created', problems: [] })
    expect(scene().log.of('warning')).toEqual([expect.stringContaining(`Branch '${name}' is left over`)])
  })
})

test('a name that was drawn by lot and is there is an error', async () => {
  scene().token = TOKENS.personal
  const desired = await scene().desired()
  scene().state.setBranch(`${BRANCH}-scratch-0000000000000000`, scene().base)
  scene().fault = ({ route }) => (route.startsWith('DELETE') ? { status: 403 } : undefined)
  await expect(publish(desired, scene().world)).rejects.toThrow('a name that was drawn by lot')
})
