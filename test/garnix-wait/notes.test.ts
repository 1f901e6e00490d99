/** Reading notes as git writes them, from a fake GitHub with real objects. */
import { describe, expect, test } from '@jest/globals'
import type { GitHubAnswer } from '../../actions/shared/ports.ts'
import { GitHubNotes } from '../../actions/garnix-wait/notes.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { NotesScene, REPOSITORY } from './notesscene.ts'
import { pushNotes, REF, seeded } from './recordscene.ts'

let github: FakeGitHub
withSharedGitHub((shared) => {
  github = shared
  seeded(shared)
})

const SHA = '95a89711a27f35b705a53947abe90e28d440604f'
const FANNED = '95/a89711a27f35b705a53947abe90e28d440604f'
const DEEP = '95/a8/97/11a27f35b705a53947abe90e28d440604f'
/** Of another commit, on the same way. */
const NEAR = '95/a8/98/11a27f35b705a53947abe90e28d440604f'

const scene = new NotesScene()
const read = (sha = SHA, token?: string) => scene.notes(token).textOf(sha, scene.patience())
const commits = () => scene.notes().commits(scene.patience())
const areThere = () => scene.notes().areThere(scene.patience())

describe('the note of a commit', () => {
  test.each([SHA, FANNED, DEEP])('at %s', async (path) => {
    pushNotes(github, { [path]: 'hello\n', [NEAR]: 'near\n', ['f'.repeat(40)]: 'other\n' })
    expect(await read()).toBe('hello\n')
  })

  test('in several places is one', async () => {
    pushNotes(github, { [SHA]: 'one', [FANNED]: '', [DEEP]: 'three\n' })
    expect((await read()).split('\n').toSorted()).toEqual(['', 'one', 'three'])
    const { paths } = await scene.notes().find(SHA, scene.patience())
    expect([...paths].toSorted()).toEqual([DEEP, FANNED, SHA])
  })

  test('is nothing where there is none', async () => {
    expect(await read()).toBe('')
    expect(await commits()).toEqual(new Set())
    expect(await areThere()).toBe(false)
    pushNotes(github, { [NEAR]: 'near\n' })
    expect(await read()).toBe('')
    expect(await areThere()).toBe(true)
    github.state.setRef(REF, github.state.commit({ parents: [], files: {} }), 'alice')
    expect(await read()).toBe('')
    expect(await commits()).toEqual(new Set())
  })

  test('is nothing in a repository without a commit', async () => {
    github.state.clear()
    expect(await read()).toBe('')
  })

  test('is a file: what else may be there is none', async () => {
    const link = { mode: '120000', oid: github.state.git.addBlob('/etc/passwd') } as const
    const oid = github.state.commit({
      files: { [SHA]: link, [`${FANNED}/x`]: 'x', [`${SHA}0`]: 'x', '95x': 'x' },
    })
    github.state.setRef(REF, oid, 'alice')
    expect(await read()).toBe('')
    expect(await commits()).toEqual(new Set())
  })

  test('comes byte for byte', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0xc3, 0xbc, 0x0a])
    const oid = github.state.git.addBlob(bytes)
    github.state.setRef(REF, github.state.commit({ files: { [SHA]: { mode: '100644', oid } } }), 'alice')
    expect(Buffer.from(await read(), 'latin1')).toEqual(bytes)
  })

  test('is refused by its size before it is fetched', async () => {
    pushNotes(github, { [SHA]: 'x'.repeat(1_048_570), [FANNED]: 'seven b' })
    await expect(read()).rejects.toThrow(
      `The note of ${SHA} has 1048577 bytes, and hosts read no more than 1048576.`,
    )
    expect(github.exchanges.filter(({ path }) => path.includes('/blobs/'))).toEqual([])
  })
})

test('a note as long as may be is read', async () => {
  pushNotes(github, { [SHA]: `${'x'.repeat(1_048_575)}\n` })
  expect((await read()).length).toBe(1_048_576)
})

test('the commits with a note, however they are put into directories', async () => {
  const others = ['f'.repeat(40), `${'e'.repeat(2)}/${'e'.repeat(38)}`]
  pushNotes(github, {
    [DEEP]: 'x',
    [others[0] ?? '']: 'x',
    [others[1] ?? '']: 'x',
    README: 'x',
    'ab/cde': 'x',
  })
  expect(await commits()).toEqual(new Set([SHA, 'f'.repeat(40), 'e'.repeat(40)]))
  const trees = github.exchanges.filter(({ path }) => path.includes('/trees/'))
  expect(trees).toHaveLength(1)
})

describe('GitHub that refuses', () => {
  test.each([
    [401, 'Bad credentials', /does not know the token it was asked for the notes of acme\/infra with/],
    [403, 'Resource not accessible', /^The token may not have the notes of acme\/infra .* 'contents: read'/],
    [451, 'Gone', /^GitHub refused the notes of acme\/infra \(status 451\)/],
  ])('with %d', async (status, message, words) => {
    pushNotes(github, { [SHA]: 'x' })
    const headers = { 'content-type': 'application/json' }
    github.disturb = () => ({ status, headers, body: JSON.stringify({ message }) })
    await expect(read()).rejects.toThrow(words)
    await expect(commits()).rejects.toThrow(words)
  })
})

interface Asked {
  readonly route: string
  readonly parameters: Readonly<Record<string, unknown>>
}

describe('more than GitHub tells at once', () => {
  const NAMES = { tip: '1'.repeat(40), top: '2'.repeat(40), sub: '3'.repeat(40), blob: '4'.repeat(40) }

  /** A GitHub that cuts what it tells of these trees. */
  function notesWith(cut: readonly string[]): GitHubNotes {
    const blob = (path: string) => ({ path, mode: '100644', type: 'blob', sha: NAMES.blob })
    const trees: Readonly<Record<string, readonly object[]>> = {
      [NAMES.top]: [{ path: '95', mode: '040000', type: 'tree', sha: NAMES.sub }, blob('f'.repeat(40))],
      [`${NAMES.top} all`]: [blob('f'.repeat(40))],
      [NAMES.sub]: [{ path: SHA.slice(2), mode: '160000', type: 'commit', sha: NAMES.tip }],
      [`${NAMES.sub} all`]: [blob(SHA.slice(2))],
    }
    const dataFor = (route: string, asked: Readonly<Record<string, unknown>>): unknown => {
      if (route.includes('/git/ref/')) return { object: { sha: NAMES.tip } }
      if (route.includes('/git/commits/')) return { tree: { sha: NAMES.top } }
      const name = `${String(asked['tree_sha'])}${asked['recursive'] === undefined ? '' : ' all'}`
      return { tree: trees[name], truncated: cut.includes(name) }
    }
    const ask = async (question: Asked) =>
      ({
        status: 200,
        headers: {},
        data: dataFor(question.route, question.parameters),
      }) satisfies GitHubAnswer
    return new GitHubNotes({ ask }, REPOSITORY)
  }

  test('is asked for directory by directory', async () => {
    const notes = notesWith([`${NAMES.top} all`])
    expect(await notes.commits(scene.patience())).toEqual(new Set([SHA, 'f'.repeat(40)]))
  })

  test('takes no more requests than directories of notes', async () => {
    const path = (at: number) => ({ path: `x${at}`, mode: '040000', type: 'tree', sha: NAMES.sub })
    let count = 0
    const data = (isWhole: boolean) => ({
      tree: Array.from({ length: 500 }, (_, at) => path(at)),
      truncated: isWhole,
    })
    const ask = async ({ route, parameters }: Asked): Promise<GitHubAnswer> => {
      count += 1
      const isTree = route.includes('/git/trees/')
      const named = { object: { sha: NAMES.tip }, tree: { sha: NAMES.top } }
      return { status: 200, headers: {}, data: isTree ? data(parameters['recursive'] !== undefined) : named }
    }
    expect(await new GitHubNotes({ ask }, REPOSITORY).commits(scene.patience())).toEqual(new Set())
    expect(count).toBe(4)
  })

  test('is said where one directory alone has too many', async () => {
    const words = 'There are more notes in one directory than GitHub tells of.'
    const notes = notesWith([`${NAMES.top} all`, NAMES.top, NAMES.sub])
    await expect(notes.commits(scene.patience())).rejects.toThrow(words)
    const within = notesWith([`${NAMES.top} all`, `${NAMES.sub} all`])
    await expect(within.commits(scene.patience())).rejects.toThrow(words)
    await expect(notes.textOf(SHA, scene.patience())).rejects.toThrow(words)
  })
})
