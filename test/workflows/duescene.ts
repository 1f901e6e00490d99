/** deployment-due, run as the runner does, against a GitHub that remembers deployments and runs. */
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, jest } from '@jest/globals'
import { fakeGitHub, type FakeGitHub } from '../support/github/server.ts'
import { root } from '../support/manifest.ts'
import { type ActionRun, runScript } from '../support/run-action.ts'

const MAIN = join(root, '.github/actions/deployment-due/main.ts')
export const TOKEN = 'ghs_reads'
export const PERMISSIONS = ['actions: read', 'contents: read', 'deployments: read']

export type Given = Readonly<Record<string, string>>

export interface DueScene {
  github: FakeGitHub
  /** Of branch main, whose second commit it is. */
  tip: string
  asked(given?: Given): Promise<ActionRun>
}

/** One GitHub for all tests of a file; each begins with a new repository. */
export function dueScene(): DueScene {
  const scene = { tip: '', asked } as DueScene
  jest.setTimeout(120_000)
  beforeAll(async () => {
    scene.github = await fakeGitHub()
  })
  beforeEach(() => {
    const { github } = scene
    github.verify()
    github.state.clear()
    github.exchanges.length = 0
    github.disturb = () => undefined
    github.catchUp = () => undefined
    github.tokens.set(TOKEN, { login: 'github-actions[bot]', permissions: PERMISSIONS })
    github.state.seed({ 'flake.nix': '{ }' })
    scene.tip = github.state.push('main')
  })
  afterAll(async () => {
    await scene.github[Symbol.asyncDispose]()
  })
  return scene

  async function asked(given: Given = {}): Promise<ActionRun> {
    const inputs = { token: TOKEN, environment: 'production', sha: scene.tip, branch: 'main', ...given }
    const variables = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
    const mine = scene.github.state.addWorkflowRun({ sha: inputs.sha, event: 'schedule' })
    const place = { GITHUB_API_URL: scene.github.url, GITHUB_REPOSITORY: 'acme/infra' }
    const env = { ...(Object.fromEntries(variables) as Given), ...place, GITHUB_RUN_ID: String(mine.id) }
    const run = await runScript(MAIN, { env })
    Object.assign(mine, { status: 'completed', conclusion: run.code === 0 ? 'success' : 'failure' })
    return run
  }
}

/** What it says by one command of the runner. */
export function annotations({ stdout }: ActionRun, kind: string): readonly string[] {
  return [...stdout.matchAll(new RegExp(`^::${kind}::(.*)$`, 'gm'))].map(([, message = '']) => message)
}
