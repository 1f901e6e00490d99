import { expect, test } from '@jest/globals'
import type { GitHubAnswer } from '../../actions/shared/ports.ts'
import { tipsOnGitHub } from '../../actions/update-flake-pr/activity.ts'
import { repositoryAt } from '../../actions/update-flake-pr/forges.ts'
import { placeOf } from '../../actions/update-flake-pr/links.ts'
import type { RepositoryState } from '../support/github/repository.ts'
import { daysAgo, githubOriginal, NOW_MS, pushed } from './cooldownscene.ts'
import { reference, rev } from './locks.ts'
import { upstreamScenes } from './upstreamscene.ts'

const scene = upstreamScenes()
const LIMIT_S = NOW_MS / 1_000 - 7 * 86_400

function tipsOf(repository: RepositoryState, ref: string | undefined = 'main') {
  const place = placeOf(reference(githubOriginal(repository)), 'https://github.com')
  if (place === undefined) throw new Error('There is no such place.')
  return tipsOnGitHub(ref, LIMIT_S, repositoryAt(place, scene().upstreams))
}

function forcePushed(repository: RepositoryState, oid: string | undefined, days: number): void {
  repository.setBranch('main', oid)
  Object.assign(repository.activities.at(-1) ?? {}, { timestamp: daysAgo(days) })
}

test.each([150, 940])('the record is read to the push that is old enough: %i pushes', async (count) => {
  const repository = scene().repository()
  const [aged] = pushed(repository, [8])
  const newest = pushed(repository, Array<number>(count).fill(2)).at(-1)
  expect(await tipsOf(repository)).toMatchObject({ aged, newest, isByDate: false })
  expect(scene().asked).toHaveLength(Math.ceil((count + 1) / 100))
})

test('of a branch that is pushed to all the time not everything is read', async () => {
  const repository = scene().repository()
  pushed(repository, Array<number>(1_010).fill(2))
  expect(await tipsOf(repository)).toEqual({
    problem: 'its branch was pushed to more than 1000 times in that time',
  })
  expect(scene().asked).toHaveLength(10)
})

test('a branch that is younger', async () => {
  const repository = scene().repository()
  pushed(repository, [3, 2])
  expect(await tipsOf(repository)).toEqual({ problem: 'its branch is younger' })
})

test('a branch that is gone', async () => {
  const repository = scene().repository()
  pushed(repository, [9])
  forcePushed(repository, undefined, 1)
  expect(await tipsOf(repository)).toEqual({ problem: 'its branch is gone' })
})

test('a branch that was gone then', async () => {
  const repository = scene().repository()
  const [first] = pushed(repository, [20])
  forcePushed(repository, undefined, 10)
  forcePushed(repository, first, 2)
  expect(await tipsOf(repository)).toEqual({ problem: 'its branch is younger' })
})

test('before the first push on record it was what that one found', async () => {
  const repository = scene().repository()
  const [aged] = pushed(repository, [20, 3])
  repository.activities.shift()
  expect(await tipsOf(repository)).toMatchObject({ aged })
})

test('what was taken back since is nothing to move to', async () => {
  const repository = scene().repository()
  const [first = '', bad = ''] = pushed(repository, [20, 8])
  forcePushed(repository, repository.commit({ parents: [first] }), 2)
  expect(await tipsOf(repository)).toEqual({
    problem: `${bad.slice(0, 8)}, the tip of its branch then, was taken back since`,
  })
})

test('where nobody can say whether it was taken back, that is not known', async () => {
  const repository = scene().repository()
  const [first = '', bad = ''] = pushed(repository, [20, 8])
  forcePushed(repository, repository.commit({ parents: [first] }), 2)
  scene().github.disturb = ({ path }) =>
    path.includes('/compare/') ? { status: 403, body: '{}' } : undefined
  expect(await tipsOf(repository)).toEqual({
    problem: `it is not known whether ${bad.slice(0, 8)}, the tip of its branch then, is still a part of it`,
    isUnknown: true,
  })
})

test('a force push that leaves it is no harm', async () => {
  const repository = scene().repository()
  const [, aged = ''] = pushed(repository, [20, 8, 3])
  const newest = repository.commit({ parents: [aged] })
  forcePushed(repository, newest, 2)
  expect(await tipsOf(repository)).toMatchObject({ aged, newest })
  forcePushed(repository, aged, 1)
  expect(await tipsOf(repository)).toMatchObject({ aged, newest: aged })
})

test('a tag goes by the date of its commit', async () => {
  const repository = scene().repository()
  const oid = repository.commit({ date: daysAgo(8) })
  repository.setRef('refs/tags/v1', oid, 'alice')
  repository.activities.length = 0
  const tips = await tipsOf(repository, 'refs/tags/v1')
  expect(tips).toMatchObject({ aged: oid, newest: oid, newestS: NOW_MS / 1_000 - 8 * 86_400, isByDate: true })
})

test('which of two is newer, by date', async () => {
  const repository = scene().repository()
  const first = repository.commit({ date: daysAgo(9) })
  const oid = repository.commit({ parents: [first], date: daysAgo(8) })
  repository.setRef('refs/tags/v1', oid, 'alice')
  repository.activities.length = 0
  const tips = await tipsOf(repository, 'v1')
  expect('isNewer' in tips && (await tips.isNewer({ rev: first, lastModified: undefined }))).toBe(false)
})

test('a young tag without a record', async () => {
  const repository = scene().repository()
  repository.setRef('refs/tags/v1', repository.commit({ date: daysAgo(2) }), 'alice')
  repository.activities.length = 0
  expect(await tipsOf(repository, 'v1')).toEqual({
    problem: 'GitHub has no record of pushes to it, and its newest commit is younger',
  })
})

test('a branch that there is not', async () => {
  const repository = scene().repository()
  pushed(repository, [9])
  expect(await tipsOf(repository, 'nowhere')).toEqual({
    problem: 'GitHub knows no such branch of it',
    isUnknown: true,
  })
})

function answering(...answers: readonly Partial<GitHubAnswer>[]) {
  const left = [...answers]
  return async () => ({ status: 200, headers: {}, data: undefined, ...left.shift() })
}

const PUSH = { before: rev('1'), after: rev('2'), timestamp: daysAgo(9), activity_type: 'push' }

test.each([
  ['a refusal', [{ status: 403 }], 'GitHub does not tell who pushed to it when (status 403)'],
  [
    'no entry that is one',
    [{ data: [{ ...PUSH, after: 'x' }, { ...PUSH, timestamp: 'x' }, 1] }, { data: {} }],
    'GitHub knows no such branch of it',
  ],
  [
    'a date that is none',
    [{ data: [] }, { data: { sha: rev('1'), commit: {} } }],
    'GitHub knows no such branch of it',
  ],
])('%s', async (_, answers, problem) => {
  expect(await tipsOnGitHub('main', LIMIT_S, answering(...answers))).toEqual({
    problem,
    isUnknown: true,
  })
})

test.each([[{ status: 404 }], [{ data: {} }]])('a default branch that is not told: %j', async (answer) => {
  expect(await tipsOnGitHub(undefined, LIMIT_S, answering(answer))).toEqual({
    problem: 'GitHub does not say what its default branch is',
    isUnknown: true,
  })
})

test('a page without anything is followed by the next one', async () => {
  const link = '<https://g/a?after=0>; rel="prev", <https://g/a?ref=x&after=a%3D>; rel="next"'
  const answers = answering({ data: [], headers: { link } }, { data: [PUSH] })
  expect(await tipsOnGitHub('main', LIMIT_S, answers)).toMatchObject({ aged: rev('2') })
})

test('a link that leads nowhere is the last page', async () => {
  const answer = { data: [{ ...PUSH, timestamp: daysAgo(1) }], headers: { link: '<nowhere>; rel="next"' } }
  expect(await tipsOnGitHub('main', LIMIT_S, answering(answer))).toMatchObject({
    aged: rev('1'),
    newest: rev('2'),
  })
})
