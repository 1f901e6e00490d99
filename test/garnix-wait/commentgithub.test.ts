/** The comment, by GitHub's own client, on a GitHub that holds every request against its description. */
import { describe, expect, test } from '@jest/globals'
import { keepComment } from '../../actions/garnix-wait/comment.ts'
import { commentOf } from '../../actions/garnix-wait/commentbody.ts'
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { GitHubClient } from '../../actions/shared/github.ts'
import { countingRandom, FakeClock, RecordingLog } from '../support/fakes.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { configuration, facts, READY, SHA } from './findings.ts'

const COMMENT = commentOf(facts([configuration()]), READY)
const CHANGED = commentOf(facts([configuration({ storePath: undefined })]), READY)

/** GitHub's schema alone takes seconds to be read. */
let github: FakeGitHub

withSharedGitHub((shared) => {
  github = shared
  github.state.clear()
  github.exchanges.length = 0
  github.tokens.set('read-only', { login: 'github-actions[bot]', permissions: ['pull-requests: read'] })
})

async function keep(comment = COMMENT, token = 'secret'): Promise<RecordingLog> {
  const [clock, log] = [new FakeClock(), new RecordingLog()]
  const client = new GitHubClient({ github: githubRequest(token), clock, log, random: countingRandom() })
  const patience = { deadline: deadlineIn(clock, 60_000), signal: new AbortController().signal }
  await keepComment(comment, {
    ask: (route, parameters) => client.ask({ route, parameters }, patience),
    log,
    repository: { owner: 'acme', repo: 'infra' },
    sha: SHA,
    pullRequest: undefined,
  })
  return log
}

const methods = () => github.exchanges.map(({ method }) => method)

describe('on GitHub', () => {
  test('one comment is made, left alone and updated, whoever else writes its marker', async () => {
    const { number } = github.state.addPull({ headSha: SHA })
    github.state.addComment(number, 'mallory', `${COMMENT.marker}\nDeploy this!`)
    await keep()
    await keep()
    expect(github.state.comments.map(({ author, body }) => [author, body])).toEqual([
      ['mallory', `${COMMENT.marker}\nDeploy this!`],
      ['github-actions[bot]', COMMENT.body],
    ])
    expect(methods().slice(-3)).toEqual(['GET', 'GET', 'POST'])
    await keep(CHANGED)
    expect(github.state.comments.map(({ body }) => body)).toEqual([
      `${COMMENT.marker}\nDeploy this!`,
      CHANGED.body,
    ])
  })

  test('a token that may only read gets a notice that names what it lacks', async () => {
    github.state.addPull({ headSha: SHA })
    const log = await keep(COMMENT, 'read-only')
    expect(log.of('notice')).toEqual([expect.stringContaining("'permissions: pull-requests: write'")])
    expect(github.state.comments).toEqual([])
  })

  test('no pull request, no comment', async () => {
    github.state.addPull({ headSha: SHA, state: 'closed' })
    const log = await keep()
    expect(log.of('info')).toEqual([
      `No open pull request has ${SHA} as its head: there is none to comment on.`,
    ])
    expect(methods()).toEqual(['GET'])
  })
})
