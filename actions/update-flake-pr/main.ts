import { clock } from '../shared/adapters/clock.ts'
import { filesBelow } from '../shared/adapters/files.ts'
import { random } from '../shared/adapters/random.ts'
import { log, mask, outputs, readInput, runAction, summary } from '../shared/adapters/runner.ts'
import { cancellation } from '../shared/adapters/signals.ts'
import type { Fetch, GitHubRequest, RunProgram } from '../shared/ports.ts'
import { tokensIn } from './accesstokens.ts'
import { HELP } from './help.ts'
import { SECRET_INPUTS } from './inputs.ts'
import { updateFlakes } from './update.ts'
import type { InstallNix } from './world.ts'

// Each is loaded when it is needed first: none of them for bad inputs.
const fetching = once(async () => {
  const { newFetch } = await import(/* webpackMode: "eager" */ '../shared/adapters/fetch.ts')
  return newFetch()
})
const fetch: Fetch = async (url, options) => (await fetching())(url, options)
const githubWith = (token: string): GitHubRequest => {
  const asking = once(async () => {
    const { githubRequest } = await import(/* webpackMode: "eager" */ '../shared/adapters/github.ts')
    return githubRequest(token)
  })
  return async (route, parameters, options) => (await asking())(route, parameters, options)
}
const run: RunProgram = async (argv, options) => {
  const { runProgram } = await import(/* webpackMode: "eager" */ '../shared/adapters/process.ts')
  return runProgram(argv, options)
}
const installNix: InstallNix = async (release, signal) => {
  const adapter = await import(/* webpackMode: "eager" */ '../shared/adapters/nixinstall.ts')
  return adapter.installNix(release, signal)
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

void runAction(HELP, async () => {
  const cancel = cancellation()
  for (const name of SECRET_INPUTS) mask(readInput(name))
  for (const secret of tokensIn(readInput('nix-access-tokens'))) mask(secret)
  const [owner = '', repo = ''] = variable('GITHUB_REPOSITORY', '').split('/')
  const workspace = variable('GITHUB_WORKSPACE', process.cwd())
  const serverUrl = variable('GITHUB_SERVER_URL', 'https://github.com')
  const runId = variable('GITHUB_RUN_ID', '')
  await updateFlakes(readInput, {
    ...{ fetch, githubWith, run, installNix, clock, log, random, outputs, summary, cancel, workspace },
    files: filesBelow(workspace),
    nixConfig: variable('NIX_CONFIG', ''),
    repository: { owner, repo },
    serverUrl,
    runUrl: runId === '' ? undefined : `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`,
    apiUrl: variable('GITHUB_API_URL', 'https://api.github.com'),
    epochMs: Date.now() - clock.now(),
  })
})

function variable(name: string, otherwise: string): string {
  return process.env[name] ?? otherwise
}
