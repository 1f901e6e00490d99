import { appendFileSync } from 'node:fs'
import { clock } from '../../../actions/shared/adapters/clock.ts'
import { random } from '../../../actions/shared/adapters/random.ts'
import { deadlineIn } from '../../../actions/shared/deadline.ts'
import { GitHubClient } from '../../../actions/shared/github.ts'
import { code } from '../../../actions/shared/markdown.ts'
import { runStep } from '../../../actions/shared/adapters/step.ts'
import { parseInputs, verdictOn } from './due.ts'
import { githubGet } from './github.ts'

/** With what may pass, and a rate limit that ends soon. The job has a few minutes. */
const PATIENCE_MS = 120_000

const { env } = process

await runStep(async ({ read, log, output }) => {
  const inputs = parseInputs(read)
  log.mask(inputs.token)
  const [owner = '', repo = ''] = (env['GITHUB_REPOSITORY'] ?? '').split('/')
  const github = githubGet(env['GITHUB_API_URL'] ?? '', inputs.token)
  const where = { server: env['GITHUB_SERVER_URL'] ?? '', owner, repo, run: Number(env['GITHUB_RUN_ID']) }
  const world = {
    client: new GitHubClient({ github, clock, random, log }),
    deadline: deadlineIn(clock, PATIENCE_MS),
    signal: new AbortController().signal,
    log,
  }
  const { isDue, reason, concern } = await verdictOn(inputs, where, world)
  if (concern === true) log.warning(reason)
  else log.notice(reason)
  output('due', String(isDue))
  output('reason', reason)
  const what = `Commit ${code(inputs.sha)} of ${code(inputs.branch)} to ${code(inputs.environment)}`
  appendFileSync(env['GITHUB_STEP_SUMMARY'] ?? '', `${what}. ${reason}\n`)
})
