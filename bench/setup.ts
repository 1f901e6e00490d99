/**
 * What a deploy costs the runner besides waiting: all that garnix-wait and deploy-nixos do there, and the unpacking of
 * their archive, against the set-up alone of what is used today, a checkout and an installation of Nix. In processor time,
 * to which waiting for CI, cache and host adds nothing.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bootBox, type Box } from '../test/box/box.ts'
import { must } from '../test/box/process.ts'
import { nixProgram } from '../test/nix/program.ts'
import { layered } from '../test/support/graph.ts'
import { root } from '../test/support/manifest.ts'
import { runAction } from '../test/support/run-action.ts'
import { startGitServer } from './gitserver.ts'
import { type Built, greenCommit } from './greencommit.ts'
import { inTurns, ms } from './stats.ts'
import type { Figure } from './stats.ts'
import { cachesOf } from './walking.ts'

/** Store paths of a small server. */
const PATHS = 1_000
const MIB = 2 ** 20
const OWNER_AND_NAME = 'acme/infra'

/** `CHECKOUT_ACTION`: a clone of actions/checkout, whose own bundle is then run as well. */
export async function settingUp(rounds: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-bench-'))
  try {
    await using box = await bootBox({ say: console.log })
    await using built = await greenCommit(await cachesOf(layered(PATHS, 20)))
    const archives = await archivesIn(folder)
    const { wait, deploy, unpack, checkout, nix } = await inTurns(rounds, {
      wait: () => ownMs(folder, 'garnix-wait', built),
      deploy: async () => ownMs(folder, 'deploy-nixos', await toDeploy(box)),
      unpack: () => unpackMs(folder, archives.ours),
      checkout: () => checkoutMs(folder),
      nix: () => unpackMs(folder, archives.nix),
    })
    const ours = wait + deploy + unpack
    const sizes = [archives.ours, archives.nix].map((file) => (statSync(file).size / MIB).toFixed(0))
    return [
      {
        name: 'wait and deploy, all they do on the runner : checkout and Nix, their set-up alone',
        ratio: ours / (checkout + nix),
        atMost: 1,
        detail: `${ms(wait)} + ${ms(deploy)} + ${ms(unpack)} for an archive of ${sizes[0]} MiB : ${ms(checkout)} + ${ms(nix)} for one of ${sizes[1]} MiB`,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What the runner downloads and unpacks of us; and of Nix, which its installers copy and register besides. */
async function archivesIn(folder: string): Promise<{ ours: string; nix: string }> {
  const ours = join(folder, 'ours.tar.gz')
  await must(['git', '-C', root, 'archive', '--format=tar.gz', `--output=${ours}`, 'HEAD'])
  const nix = join(folder, 'nix.tar.xz')
  const [program = ''] = (await nixProgram()).argv('nix')
  const installed = program.replace(/\/usr\/.*/, '')
  await must(['tar', '-C', installed, '-I', 'xz -1', '-cf', nix, '.'], { timeoutMs: 10 * 60_000 })
  return { ours, nix }
}

type Inputs = Readonly<Record<string, string>>

async function toDeploy(box: Box): Promise<Built> {
  const rev = await box.commit({ packages: [`bench-${Date.now()}`] })
  const inputs = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey, rev }
  return { inputs, env: {}, status: 'deployed' }
}

/** Processor time of an action's process, from its start to its end; it starts no others. */
async function ownMs(folder: string, name: string, { inputs, env, status }: Built): Promise<number> {
  const hook = join(folder, 'hook.mjs')
  const taken = join(folder, 'taken')
  writeFileSync(
    hook,
    `import { writeFileSync } from 'node:fs'
process.on('exit', () => { const { user, system } = process.cpuUsage(); writeFileSync(${JSON.stringify(taken)}, String((user + system) / 1000)) })`,
  )
  const nodeArguments = ['--import', pathToFileURL(hook).href]
  const run = await runAction(name, inputs, { env: { NO_PROXY: '*', ...env }, nodeArguments })
  if (run.outputs['status'] !== status) throw new Error(`${name} went wrong:\n${run.log}`)
  return Number(readFileSync(taken, 'utf8'))
}

async function unpackMs(folder: string, archive: string): Promise<number> {
  const place = join(folder, 'unpacked')
  const taken = await childrenMs(['sh', '-c', 'mkdir "$1"; exec tar -C "$1" -xf "$2"', 'sh', place, archive])
  rmSync(place, { recursive: true })
  return taken
}

/** One commit fetched and checked out cannot be had cheaper; with `CHECKOUT_ACTION` it is what the action itself takes. */
async function checkoutMs(folder: string): Promise<number> {
  const repositories = join(folder, 'git')
  const place = join(folder, 'checkout')
  mkdirSync(place)
  await must(['git', 'clone', '--quiet', '--bare', root, join(repositories, OWNER_AND_NAME)])
  await using server = await startGitServer(repositories)
  const action = process.env['CHECKOUT_ACTION'] ?? ''
  const url = `${server.url}/${OWNER_AND_NAME}`
  const clone = ['git', 'clone', '--quiet', '--depth=1', url, place]
  const bundle = [process.execPath, join(action, 'dist/index.js')]
  const env = action === '' ? {} : await checkoutEnvironment(server.url, place)
  const taken = await childrenMs(action === '' ? clone : bundle, env)
  for (const made of [repositories, place]) rmSync(made, { recursive: true })
  return taken
}

/** As the runner starts it: https://github.com/actions/checkout, action.yml. */
async function checkoutEnvironment(url: string, place: string): Promise<Inputs> {
  const sha = (await must(['git', '-C', root, 'rev-parse', 'HEAD'])).trim()
  const inputs = {
    ...{ REPOSITORY: OWNER_AND_NAME, TOKEN: 'secret', REF: sha, CLEAN: 'true', 'FETCH-DEPTH': '1' },
    ...{ 'PERSIST-CREDENTIALS': 'true', 'SET-SAFE-DIRECTORY': 'true', 'GITHUB-SERVER-URL': url },
  }
  const variables = Object.entries(inputs).map(([name, value]) => [`INPUT_${name}`, value])
  return {
    ...(Object.fromEntries(variables) as Inputs),
    ...{ GITHUB_WORKSPACE: place, RUNNER_TEMP: place, HOME: place, GITHUB_REPOSITORY: OWNER_AND_NAME },
    ...{ GITHUB_SERVER_URL: url, GITHUB_SHA: sha, GITHUB_REF: 'refs/heads/main', GITHUB_EVENT_NAME: 'push' },
  }
}

/** Processor time of a command and all that it starts. The shell says it as `0m1.250s 0m0.125s` in its second line. */
async function childrenMs(argv: readonly string[], env: Inputs = {}): Promise<number> {
  const script = '"$@" >/dev/null || exit 1; times'
  const said = await must(['bash', '-c', script, 'bash', ...argv], { env: { ...process.env, ...env } })
  const spans = said.trim().split('\n').at(-1)?.split(' ') ?? []
  const seconds = spans.map((span) => {
    const [minutes = NaN, rest = NaN] = span.replace('s', '').split('m').map(Number)
    return minutes * 60 + rest
  })
  return 1_000 * seconds.reduce((sum, one) => sum + one, 0)
}
