/** What update-flake-pr adds to the `nix flake update` it is made of, and how much it asks of GitHub. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { flakeStage, type FlakeStage } from '../test/support/flakestage.ts'
import { startAction } from '../test/support/run-action.ts'
import { bareNode } from './startup.ts'
import { inTurns, ms, type Figure } from './stats.ts'

const INPUTS = Array.from({ length: 10 }, (_, index) => `input${index}`)
const FEW = 20
/** More than three pages of a comparison have. */
const MANY = 320

export async function updating(rounds: number): Promise<Figure[]> {
  return [await updateStartup(rounds), await added(Math.ceil(rounds / 3)), ...(await requests())]
}

/** To the line that says what it looks at. There is nothing to look at, so that it ends there. */
async function updateStartup(rounds: number): Promise<Figure> {
  const { node, first } = await inTurns(rounds, { node: bareNode, first: firstLine })
  return {
    name: 'start of update-flake-pr to its first line : node -e 0',
    ratio: first / node,
    atMost: 2.8,
    detail: `${ms(first)} : ${ms(node)}`,
  }
}

async function firstLine(): Promise<number> {
  const workspace = mkdtempSync(join(tmpdir(), 'nix-vps-bench-'))
  const env = { GITHUB_WORKSPACE: workspace, GITHUB_API_URL: 'http://127.0.0.1:1', NO_PROXY: '*' }
  const start = performance.now()
  const action = startAction('update-flake-pr', { token: 'secret' }, { env })
  await action.waitFor(/^Looking at .+\n/m)
  const taken = performance.now() - start
  await action.finished
  rmSync(workspace, { recursive: true })
  return taken
}

/**
 * Both begin with empty caches, as on a hosted runner: what Nix has fetched once it does not fetch again. The lock that
 * the plain command writes is put back, and so is the GitHub that the action opens a pull request on.
 */
async function added(rounds: number): Promise<Figure> {
  await using stage = await movedStage(FEW)
  const { plain, action } = await inTurns(rounds, {
    plain: () => timed(stage, () => stage.nix(['flake', 'update'])),
    action: () => timed(stage, () => ran(stage, 'created')),
  })
  return {
    name: 'what update-flake-pr adds to nix flake update : nix flake update, 10 inputs',
    ratio: (action - plain) / plain,
    atMost: 1,
    detail: `${ms(action)} − ${ms(plain)} : ${ms(plain)}`,
  }
}

async function timed(stage: FlakeStage, work: () => Promise<unknown>): Promise<number> {
  emptyCaches(stage)
  const start = performance.now()
  await work()
  const taken = performance.now() - start
  execFileSync('git', ['-C', stage.workspace, 'checkout', '-q', '.'])
  stage.github.state.setBranch('update-flake-lock', undefined)
  stage.github.state.pulls.length = 0
  return taken
}

/** What is in a store is read-only. */
function emptyCaches({ workspace }: FlakeStage): void {
  for (const name of ['home', 'root']) {
    const folder = join(dirname(workspace), name)
    execFileSync('sh', ['-c', 'test ! -e "$0" || { chmod -R u+w "$0" && rm -rf "$0"; }', folder])
    mkdirSync(folder)
  }
}

async function requests(): Promise<Figure[]> {
  await using stage = await movedStage(MANY)
  const count = async (status: string): Promise<number> => {
    const before = stage.github.exchanges.length
    await ran(stage, status)
    return stage.github.exchanges.length - before
  }
  const [creating, unchanged] = [await count('created'), await count('unchanged')]
  return [
    requestFigure('of an update of 10 inputs with their commits', creating, 40),
    requestFigure('of a run that changes nothing', unchanged, 8),
  ]
}

function requestFigure(name: string, count: number, promised: number): Figure {
  return {
    name: `requests to GitHub ${name} : ${promised}`,
    ratio: count / promised,
    atMost: 1,
    detail: `${count} requests`,
  }
}

/** A flake whose inputs have moved on by that many commits each. */
async function movedStage(commits: number): Promise<FlakeStage> {
  const stage = await flakeStage()
  const repositoryOf = (name: string): string => `bench/${name}`
  for (const name of INPUTS) stage.upstream(repositoryOf(name), 'The beginning')
  const urls = INPUTS.map((name) => `inputs.${name}.url = "github:${repositoryOf(name)}";`)
  await stage.push({ 'flake.nix': `{ ${urls.join(' ')} outputs = _: { }; }\n` })
  for (const name of INPUTS)
    for (let index = 0; index < commits; index++) stage.upstream(repositoryOf(name), `fix: number ${index}`)
  return stage
}

async function ran(stage: FlakeStage, status: string): Promise<void> {
  const { outputs, log } = await stage.run()
  if (outputs['status'] !== status) throw new Error(`The run to measure was not ${status}:\n${log}`)
}
