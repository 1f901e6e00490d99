import { clock } from '../shared/adapters/clock.ts'
import { keepYoungSpaceSmall } from '../shared/adapters/memory.ts'
import { random } from '../shared/adapters/random.ts'
import { log, mask, outputs, readInput, runAction, summary } from '../shared/adapters/runner.ts'
import { cancellation } from '../shared/adapters/signals.ts'
import { parseInstant } from '../shared/instant.ts'
import type { Fetch, GitHubRequest, RunProgram } from '../shared/ports.ts'
import { HELP } from './help.ts'
import { SECRET_INPUTS } from './inputs.ts'
import { secretsIn } from './netrc.ts'
import { garnixWait } from './wait.ts'

// Each is loaded when it is needed first: none of them for bad inputs, GitHub's client not for caches alone.
let fetching: Promise<Fetch> | undefined
const fetch: Fetch = async (url, options) => {
  fetching ??= import(/* webpackMode: "eager" */ '../shared/adapters/fetch.ts').then(({ newFetch }) =>
    newFetch(),
  )
  return (await fetching)(url, options)
}
const githubWith = (token: string): GitHubRequest => {
  const loading = import(/* webpackMode: "eager" */ '../shared/adapters/github.ts').then(
    ({ githubRequest }) => githubRequest(token),
  )
  return async (route, parameters, options) => (await loading)(route, parameters, options)
}
const run: RunProgram = async (argv, options) => {
  const { runProgram } = await import(/* webpackMode: "eager" */ '../shared/adapters/process.ts')
  return runProgram(argv, options)
}

const setting = (name: string, otherwise = ''): string => process.env[name] ?? otherwise

void runAction(HELP, async () => {
  keepYoungSpaceSmall()
  const cancel = cancellation()
  for (const name of SECRET_INPUTS) mask(readInput(name))
  for (const secret of secretsIn(readInput('netrc'))) mask(secret)
  // As it stands in the header that carries it.
  const login = `${readInput('instance-login')}:${readInput('instance-token')}`
  if (login.length > 1) mask(Buffer.from(login).toString('base64'))
  const [owner = '', repo = ''] = setting('GITHUB_REPOSITORY').split('/')
  await garnixWait(readInput, {
    ...{ fetch, githubWith, run, clock, log, random, outputs, summary, cancel },
    repository: { owner, repo },
    serverUrl: setting('GITHUB_SERVER_URL', 'https://github.com'),
    event: setting('GITHUB_EVENT_NAME'),
    workspace: setting('GITHUB_WORKSPACE', process.cwd()),
    epochMs: parseInstant(new Date().toISOString()) - clock.now(),
  })
})
