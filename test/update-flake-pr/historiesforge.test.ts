import { expect, test } from '@jest/globals'
import { historiesOf } from '../../actions/update-flake-pr/histories.ts'
import { rev } from './locks.ts'
import { changed, NO_ANSWER, upstreamScenes } from './upstreamscene.ts'

const scene = upstreamScenes()
const [OLD, NEW] = [rev('a'), rev('b')]

async function told(place: Readonly<Record<string, unknown>>, from = {}, to = {}) {
  const change = changed({ ...place, rev: OLD, ...from }, { ...place, rev: NEW, ...to })
  return (await historiesOf([change], scene().upstreams))(change)
}

const commit = (sha: string, message: string) => ({ sha, commit: { message, author: { name: 'Ada' } } })
const GITLAB = { type: 'gitlab', owner: 'group%2Fsub', repo: 'flake' }
const CODEBERG = { type: 'git', url: 'https://codeberg.org/o/r.git' }
const ELSEWHERE = { type: 'github', owner: 'o', repo: 'r', host: 'git.example' }
const GITHUB = { type: 'github', owner: 'o', repo: 'r' }

test('GitLab', async () => {
  const commits = [
    { id: rev('1'), message: 'one', author_name: 'Ada', web_url: 'https://evil.example' },
    { id: rev('2'), message: 'two', author_name: 'Bob' },
  ]
  scene().answer = () => ({ body: { commits } })
  const page = 'https://gitlab.com/group/sub/flake/-/commit'
  expect(await told(GITLAB)).toEqual({
    ...{ relation: 'unknown', total: 2 },
    commits: [
      { sha: rev('2'), message: 'two', author: 'Bob', url: `${page}/${rev('2')}` },
      { sha: rev('1'), message: 'one', author: 'Ada', url: `${page}/${rev('1')}` },
    ],
  })
  const api = 'https://gitlab.com/api/v4/projects/group%2Fsub%2Fflake/repository/compare'
  expect(scene().fetched).toEqual([{ url: `${api}?from=${OLD}&to=${NEW}`, authorization: undefined }])
})

test('Forgejo', async () => {
  scene().answer = () => ({
    body: { total_commits: 7, commits: [commit(rev('2'), 'two'), commit('x', 'bad')] },
  })
  expect(await told(CODEBERG)).toEqual({
    ...{ relation: 'unknown', total: 7 },
    commits: [
      { sha: rev('2'), message: 'two', author: 'Ada', url: `https://codeberg.org/o/r/commit/${rev('2')}` },
    ],
  })
  expect(scene().fetched.map(({ url }) => url)).toEqual([
    `https://codeberg.org/api/v1/repos/o/r/compare/${OLD}...${NEW}`,
  ])
})

test.each([GITLAB, CODEBERG])(
  'no commit at all means that the new revision is behind: $type',
  async (place) => {
    scene().answer = () => ({ body: { commits: [] } })
    expect(await told(place)).toEqual({ relation: 'behind', total: 0, commits: [] })
  },
)

test.each([
  [404, /^gitlab\.com does not compare the two revisions of group\/sub\/flake \(404\)/],
  [401, /\(401\): its token is not good for it/],
  [200, /\(status 200\)$/],
])('why a forge does not tell: %i', async (status, words) => {
  scene().answer = () => ({ status, body: 'not JSON' })
  expect(await told(GITLAB)).toEqual({ problem: expect.stringMatching(words) })
})

test('no answer is no harm, and a bug is one', async () => {
  scene().answer = () => NO_ANSWER
  expect(await told(GITLAB)).toEqual({ problem: NO_ANSWER.message })
  scene().answer = () => new TypeError('bug')
  await expect(told(GITLAB)).rejects.toThrow('bug')
})

test('a canceled run ends', async () => {
  scene().answer = () => {
    scene().cancel.abort(new Error('canceled'))
    return NO_ANSWER
  }
  await expect(told(GITLAB)).rejects.toThrow('canceled')
})

test.each([
  [10, 14, { relation: 'unknown', total: 4, commits: [] }],
  [14, 10, { relation: 'behind', total: 4, commits: [] }],
  [undefined, 10, undefined],
  [10, undefined, undefined],
])('FlakeHub counts: from %s to %s', async (from, to, expected) => {
  const url = (id: string) => `https://api.flakehub.com/f/pinned/acme/flake/0.1.${id}/uuid/source.tar.gz`
  const tarball = { type: 'tarball' }
  expect(await told(tarball, { url: url('1'), revCount: from }, { url: url('2'), revCount: to })).toEqual(
    expected,
  )
  expect(scene().fetched).toEqual([])
})

test('another GitHub is asked without the token of this one', async () => {
  scene().answer = () => ({ body: { status: 'ahead', total_commits: 1, commits: [commit(rev('1'), 'one')] } })
  expect(await told(ELSEWHERE)).toMatchObject({ relation: 'ahead', commits: [{ author: 'Ada' }] })
  const path = `compare/${OLD}...${NEW}?per_page=100&page=1`
  expect(scene().fetched).toEqual([
    { url: `https://git.example/api/v3/repos/o/r/${path}`, authorization: undefined },
  ])
  expect(scene().asked).toEqual([])
})

test('what is not as it should be counts as absent', async () => {
  scene().answer = () => ({
    body: { status: 'sideways', commits: [commit('../..', 'bad'), commit(rev('1'), 'one')] },
  })
  expect(await told(ELSEWHERE)).toMatchObject({ relation: 'unknown', total: 1, commits: [{ sha: rev('1') }] })
})

test('github.com from an Enterprise server', async () => {
  scene().serverUrl = 'https://git.example'
  expect(await told(GITHUB)).toMatchObject({
    problem: expect.stringContaining('github.com does not compare'),
  })
  expect(scene().fetched[0]?.url).toMatch(/^https:\/\/api\.github\.com\/repos\/o\/r\/compare\/a/)
})

test.each([
  [GITLAB, 'gitlab.com=PAT:one', 'Bearer one'],
  [GITLAB, 'gitlab.com=OAuth2:one', 'Bearer one'],
  [ELSEWHERE, 'github.com=one\ngit.example=two', 'Bearer two'],
  [ELSEWHERE, 'git.example=one\ngit.example/o/r=three\ngit.example/o=two', 'Bearer three'],
  [ELSEWHERE, 'git.example/other=one\ngit.example/o/rr=two', undefined],
  [GITLAB, 'gitlab.com/group/su=one\ngitlab.com/group/sub=two', 'Bearer two'],
  [GITLAB, 'gitlab.com/group/su=one', undefined],
  [ELSEWHERE, 'git.exampl=one', undefined],
  [ELSEWHERE, 'it.example=one\ngit.example.org=two', undefined],
])('each host gets its own token: %j, %s', async (place, tokens, authorization) => {
  scene().accessTokens = tokens
  await told(place)
  expect(scene().fetched.map((fetched) => fetched.authorization)).toEqual([authorization])
})

test("a token that is meant for the server's own host is used there instead of the job's", async () => {
  scene().accessTokens = 'github.com/o=private'
  await told(GITHUB)
  const url = expect.stringMatching(/^https:\/\/api\.test\/repos\/o\/r\/compare\//)
  expect(scene().fetched).toEqual([{ url, authorization: 'Bearer private' }])
  expect(scene().asked).toEqual([])
})
