/**
 * A CI in the small: a machine that really builds each commit with Nix and signs what it has built, a Garnix that tells a
 * GitHub about it as the real one does, and a binary cache where the paths arrive after the check is green, in no order.
 */
import type { Box } from '../test/box/box.ts'
import { FakeGarnix } from '../test/support/fakegarnix.ts'
import { GarnixApi } from '../test/support/garnixapi.ts'
import type { ApiCommit } from '../test/support/garnixcommit.ts'
import { fakeGitHub, type FakeGitHub } from '../test/support/github/server.ts'
import { startCache, type Cache } from './cache.ts'

export const CONFIGURATION = 'vps-arm'
const CHECK = `nixosConfig ${CONFIGURATION}`
const OWNER = 'acme'
const REPOSITORY = 'infra'
const TOPLEVEL = `nixosConfigurations."${CONFIGURATION}".config.system.build.toplevel`

/** What FakeGarnix counts from. */
const EPOCH_MS = Date.UTC(2026, 0, 31, 12)

export interface Ci extends AsyncDisposable {
  /** Of the step that waits. */
  readonly environment: Readonly<Record<string, string>>
  /** The line for `caches`. */
  readonly cacheLine: string
  /** What the host's nix.conf needs for it. */
  readonly nixConf: string
  /** Builds what somebody has pushed, and begins to tell of it. */
  push(sha: string): Promise<void>
}

/** `host` has the repository; `builder` is another machine, with a Nix of its own. */
export async function startCi(host: Box, builder: Box): Promise<Ci> {
  const key = await newKey(builder)
  const cache = await startCache(host.machineAddress)
  const told = await startGarnix(cache)
  // What ran before came from the same cache.
  for (const path of await uploaded(builder, '/run/current-system', cache)) cache.publish(path)
  return {
    environment: told.environment,
    cacheLine: `${cache.url} ${key}`,
    nixConf: `substituters = ${cache.url}\ntrusted-public-keys = ${key}\nmax-jobs = 0\n`,
    async push(sha) {
      await fetched(host, builder)
      const path = await built(builder, sha)
      told.push(sha, path, shuffled(await uploaded(builder, path, cache)))
    },
    async [Symbol.asyncDispose]() {
      for (const one of [told, cache]) await one[Symbol.asyncDispose]()
    },
  }
}

/** What tells of the builds: GitHub's checks, and the instance's own API. */
interface Told extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>
  readonly push: (sha: string, path: string, uploads: readonly string[]) => void
}

async function startGarnix(cache: Cache): Promise<Told> {
  const github = await fakeGitHub()
  const api = await GarnixApi.start()
  const now = () => Date.now() - EPOCH_MS
  const garnix = new FakeGarnix(github, { now, url: api.url, onUpload: cache.publish })
  // Uploads go on while nobody asks GitHub.
  const ticking = setInterval(() => {
    garnix.catchUp()
    for (const commit of api.commits) endBuild(commit, github)
  }, 100)
  return {
    environment: { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: `${OWNER}/${REPOSITORY}`, NO_PROXY: '*' },
    push(sha, path, uploads) {
      const build = { id: `B5aP${sha.slice(0, 4)}`, name: CONFIGURATION, kind: 'nixosConfiguration', path }
      const commit = { sha, owner: OWNER, repo: REPOSITORY, isPublic: true, isEvaluated: true }
      api.commits.push({ ...commit, builds: [build] })
      const played = { name: CHECK, ms: 4_000, uploads: { paths: uploads, everyMs: 2_500 } }
      garnix.push({ sha, noticedMs: 500, evaluation: { ms: 2_000 }, builds: [played] })
    },
    async [Symbol.asyncDispose]() {
      clearInterval(ticking)
      for (const one of [api, github]) await one[Symbol.asyncDispose]()
    },
  }
}

/** The instance knows of the end when GitHub does. */
function endBuild({ sha, builds: [build] }: ApiCommit, { state }: FakeGitHub): void {
  const green = state.runs.find(
    (run) => run.sha === sha && run.name === CHECK && run.conclusion === 'success',
  )
  if (build === undefined || green === undefined) return
  build.status = 'Success'
  build.endTime = green.completedAt ?? ''
}

/** The public half, as Nix trusts it. */
async function newKey(builder: Box): Promise<string> {
  return builder.must(
    'umask 077; nix key generate-secret --key-name ci-1 >/srv/key; nix key convert-secret-to-public </srv/key',
  )
}

async function fetched(host: Box, builder: Box): Promise<void> {
  const input = await host.must('git -C /srv/repo.git bundle create --quiet - main | base64')
  const fetch = 'git -C /srv/repo.git fetch --quiet /srv/bundle +main:main'
  await builder.must(['sh', '-c', `base64 -d >/srv/bundle && ${fetch}`], { input })
}

async function built(builder: Box, sha: string): Promise<string> {
  const flake = `git+file:///srv/repo.git?ref=refs/heads/main&rev=${sha}&dir=nix`
  return builder.must(['nix', 'build', '--no-link', '--print-out-paths', `${flake}#${TOPLEVEL}`])
}

/** Signs a closure and brings it to the cache, which shows none of it yet; returns what was not there before. */
async function uploaded(builder: Box, path: string, cache: Cache): Promise<readonly string[]> {
  const before = new Set(cache.paths())
  await builder.must([
    'sh',
    '-c',
    'nix copy --to "file:///srv/cache?secret-key=/srv/key" "$(readlink -f "$0")"',
    path,
  ])
  cache.unpack(Buffer.from(await builder.must('tar -C /srv/cache -c . | base64'), 'base64'))
  return cache.paths().filter((one) => !before.has(one))
}

function shuffled(paths: readonly string[]): readonly string[] {
  return paths
    .map((path) => ({ path, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ path }) => path)
}
