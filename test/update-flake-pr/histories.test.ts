import { expect, test } from '@jest/globals'
import type { Change, History } from '../../actions/update-flake-pr/facts.ts'
import { historiesOf } from '../../actions/update-flake-pr/histories.ts'
import type { RepositoryState } from '../support/github/repository.ts'
import { rev } from './locks.ts'
import { changed, upstreamScenes } from './upstreamscene.ts'

const scene = upstreamScenes()

function between({ name }: RepositoryState, [from, to]: readonly [string, string], path = 'input'): Change {
  const [owner, repo] = name.split('/')
  const place = { type: 'github', owner, repo }
  return changed({ ...place, rev: from }, { ...place, rev: to }, path)
}

/** A repository, its first commit and its last one, with so many after the first. */
function grown(commits: number): [RepositoryState, string, string] {
  const repository = scene().repository()
  const first = repository.push('main', { message: 'commit 0' })
  let last = first
  for (let at = 1; at <= commits; at++) last = repository.push('main', { message: `commit ${at}` })
  return [repository, first, last]
}

async function told(...changes: readonly Change[]) {
  const historyOf = await historiesOf(changes, scene().upstreams)
  return changes.map((change) => historyOf(change))
}

function messages(history: unknown): readonly string[] {
  return (history as History).commits.map(({ message }) => message)
}

test('what lies between two revisions, the newest first', async () => {
  const [repository, from, to] = grown(2)
  const [history] = await told(between(repository, [from, to]))
  expect(history).toMatchObject({ relation: 'ahead', total: 2 })
  expect(messages(history)).toEqual(['commit 2', 'commit 1'])
  const url = `https://github.com/${repository.name}/commit/${to}`
  expect((history as History).commits[0]).toEqual({ sha: to, message: 'commit 2', author: 'alice', url })
})

test.each([
  { total: 100, requests: 1, shown: 100 },
  { total: 101, requests: 2, shown: 101 },
  { total: 250, requests: 3, shown: 250 },
  { total: 420, requests: 3, shown: 220 },
])(
  'of $total commits at most three pages are asked for, the newest ones',
  async ({ total, requests, shown }) => {
    const [repository, from, to] = grown(total)
    const [history] = await told(between(repository, [from, to]))
    expect(scene().asked).toHaveLength(requests)
    expect(history).toMatchObject({ relation: 'ahead', total })
    const some = messages(history)
    expect([some[0], some.at(-1), some.length]).toEqual([`commit ${total}`, 'commit 1', shown])
  },
)

test('how they lie to each other', async () => {
  const [repository, first, last] = grown(1)
  const aside = repository.commit({ parents: [first], message: 'aside' })
  const changes = [between(repository, [last, first]), between(repository, [last, aside])]
  expect(await told(...changes)).toMatchObject([
    { relation: 'behind', total: 0 },
    { relation: 'diverged', total: 1 },
  ])
})

test('each pair is asked for once, inputs of inputs are told of if they moved alike', async () => {
  const [repository, from, to] = grown(1)
  const histories = await told(
    between(repository, [from, to]),
    between(repository, [from, to], 'other'),
    between(repository, [from, to], 'other/nixpkgs'),
    between(repository, [from, rev('9')], 'other/else'),
  )
  expect(histories.map((history) => history !== undefined)).toEqual([true, true, true, false])
  expect(scene().asked).toHaveLength(1)
})

test.each([
  { inputs: 8, requests: 24, shown: 250 },
  { inputs: 12, requests: 25, shown: 150 },
])(
  '$inputs inputs with long histories take $requests requests, and each has the newest',
  async ({ inputs, requests, shown }) => {
    const [repository, , to] = grown(312)
    const changes = [...repository.git.commits.keys()]
      .slice(0, inputs)
      .map((oid) => between(repository, [oid, to]))
    const histories = await told(...changes)
    expect(scene().asked).toHaveLength(requests)
    for (const history of histories) {
      expect(messages(history)[0]).toBe('commit 312')
      expect(messages(history).length).toBeGreaterThan(shown - 50)
    }
  },
)

test('with more than 25 inputs the last ones are not asked for', async () => {
  const [repository, , to] = grown(31)
  const changes = [...repository.git.commits.keys()].slice(0, 26).map((oid) => between(repository, [oid, to]))
  const histories = await told(...changes)
  expect(histories.at(-1)).toEqual({ problem: 'those of 25 others were asked for already' })
  expect([scene().asked.length, 'commits' in (histories[24] ?? {})]).toEqual([25, true])
})

test.each([
  ['added', { from: undefined }],
  ['removed', { to: undefined }],
] as const)('an input that was %s has none', async (_, part) => {
  const [repository, from, to] = grown(1)
  expect(await told({ ...between(repository, [from, to]), ...part })).toEqual([undefined])
  expect(scene().asked).toEqual([])
})

test.each([
  [
    'another repository',
    { type: 'github', owner: 'a', repo: 'b', rev: rev('1') },
    { type: 'github', owner: 'c', repo: 'b', rev: rev('2') },
  ],
  [
    'the same revision',
    { type: 'github', owner: 'a', repo: 'b', rev: rev('1') },
    { type: 'github', owner: 'a', repo: 'b', rev: rev('1') },
  ],
  [
    'no revision',
    { type: 'tarball', url: 'https://a.example/x.tar.gz' },
    { type: 'tarball', url: 'https://a.example/x.tar.gz' },
  ],
  [
    'a revision that is none',
    { type: 'github', owner: 'a', repo: 'b', rev: '../..' },
    { type: 'github', owner: 'a', repo: 'b', rev: rev('2') },
  ],
  [
    'a host that nobody knows',
    { type: 'git', url: 'https://a.example/x', rev: rev('1') },
    { type: 'git', url: 'https://a.example/x', rev: rev('2') },
  ],
  [
    'sourcehut',
    { type: 'sourcehut', owner: '~a', repo: 'b', rev: rev('1') },
    { type: 'sourcehut', owner: '~a', repo: 'b', rev: rev('2') },
  ],
])('%s has none', async (_, from, to) => {
  expect(await told(changed(from, to))).toEqual([undefined])
  expect([scene().asked, scene().fetched]).toEqual([[], []])
})

test('an input that follows another now has none', async () => {
  const [repository, from, to] = grown(1)
  const change = between(repository, [from, to])
  const follows = change.to === undefined ? undefined : { ...change.to, follows: 'other' }
  expect(await told({ ...change, to: follows })).toEqual([undefined])
})

test('why GitHub does not tell', async () => {
  const [repository, from, to] = grown(1)
  const unrelated = repository.commit({ message: 'another root' })
  const [gone] = await told(between(repository, [unrelated, to]))
  expect(gone).toEqual({
    problem: `github.com does not compare the two revisions of ${repository.name} (404): it is private, or they have no common ancestor`,
  })
  scene().github.disturb = () => ({ status: 403, body: '{}' })
  expect(await told(between(repository, [from, to]))).toEqual([{ problem: expect.stringContaining('(403)') }])
  scene().github.disturb = () => ({ status: 418, body: '{}' })
  expect(await told(between(repository, [from, to]))).toEqual([
    { problem: expect.stringContaining('(status 418)') },
  ])
})

test('a page of the newest that is not told leaves the others', async () => {
  const [repository, from, to] = grown(250)
  scene().github.disturb = ({ path }) => (path.includes('page=3') ? { status: 404, body: '{}' } : undefined)
  const [history] = await told(between(repository, [from, to]))
  expect([messages(history).length, scene().asked.length]).toEqual([100, 3])
})
