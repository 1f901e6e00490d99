import { expect, test } from '@jest/globals'
import { upstreamsOf } from '../../actions/update-flake-pr/upstreams.ts'
import type { RepositoryState } from '../support/github/repository.ts'
import { reference } from './locks.ts'
import { NO_ANSWER, upstreamScenes } from './upstreamscene.ts'

const scene = upstreamScenes()
const SERVER = 'https://github.com'

function referenceTo({ name }: Pick<RepositoryState, 'name'>, more = {}) {
  const [owner, repo] = name.split('/')
  return reference({ type: 'github', owner, repo, ...more })
}

test('all are asked for at once, whatever they are', async () => {
  const [archived, kept] = [scene().repository(), scene().repository()]
  archived.settings.isArchived = true
  const references = [
    referenceTo(archived),
    referenceTo(kept, { ref: 'v1' }),
    referenceTo({ name: kept.name.toUpperCase() }),
    referenceTo({ name: 'acme/gone' }),
    referenceTo(kept, { host: 'git.example' }),
    reference({ type: 'gitlab', owner: 'o', repo: 'r' }),
  ]
  const upstreamOf = await upstreamsOf(references, { ask: scene().ask, serverUrl: SERVER })
  const known = { isArchived: false, name: kept.name }
  const none = [undefined, undefined, undefined]
  expect(references.map(upstreamOf)).toEqual([
    { isArchived: true, name: archived.name },
    known,
    known,
    ...none,
  ])
  expect(scene().asked).toEqual(['POST /graphql'])
})

test('nothing is asked about nothing', async () => {
  const upstreamOf = await upstreamsOf([], { ask: scene().ask, serverUrl: SERVER })
  expect([upstreamOf(reference({ type: 'path', path: '/x' })), scene().asked]).toEqual([undefined, []])
})

const ONE = referenceTo({ name: 'acme/one' })

test.each([
  [{ data: null, errors: [{ type: 'FORBIDDEN' }] }],
  [{ data: { r0: { isArchived: 'true', nameWithOwner: 'a/b' } } }],
  [{ data: { r0: { isArchived: true, nameWithOwner: '' } } }],
  ['no object'],
])('what is not an answer is unknown: %j', async (data) => {
  const ask = async () => ({ status: 200, headers: {}, data })
  expect((await upstreamsOf([ONE], { ask, serverUrl: SERVER }))(ONE)).toBeUndefined()
})

test('no answer is unknown, and a bug is one', async () => {
  const failing = (error: Error) =>
    upstreamsOf([ONE], { ask: () => Promise.reject(error), serverUrl: SERVER })
  expect((await failing(NO_ANSWER))(ONE)).toBeUndefined()
  await expect(failing(new TypeError('bug'))).rejects.toThrow('bug')
})
