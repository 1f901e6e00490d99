/** What the tip of a branch was at a moment, by the dates of its commits: all that a git server tells. */
import type { Scratch } from '../shared/ports.ts'
import type { FoundTips, Locked, Problem } from './activity.ts'
import type { World } from './world.ts'

export interface GitRepository {
  readonly url: string
  readonly ref: string | undefined
  readonly token: string | undefined
}

type GitWorld = Pick<World, 'run' | 'files' | 'cancel'>

interface Dated {
  readonly rev: string
  readonly atS: number
}

const GIT_MS = 120_000
/** Further back than most tips are at the end of a cooldown. */
const BEFORE_S = 90 * 86_400

export async function tipsByGit(
  repository: GitRepository,
  limitS: number,
  world: GitWorld,
): Promise<FoundTips> {
  await using scratch = await world.files.scratch()
  const git = gitIn(scratch, repository, world)
  // Without the trees a commit is a few hundred bytes.
  const { url, ref } = repository
  const branch = ref === undefined ? [] : [`--branch=${ref.replace(/^refs\/(?:heads|tags)\//, '')}`]
  const shape = ['--bare', '--quiet', '--depth=1', '--filter=tree:0', ...branch]
  const problem = await git.fails('clone', [...shape, '--', url, git.folder])
  if (problem !== undefined) return { problem, isUnknown: true }
  const newest = await git.newestBefore()
  if (newest === undefined) return { problem: 'git does not tell its newest commit', isUnknown: true }
  const aged = newest.atS <= limitS ? newest : await agedIn(git, limitS, ref)
  if (aged === undefined) return { problem: 'no commit of its branch is old enough, by their dates' }
  if ('problem' in aged) return aged
  const isNewer = ({ lastModified }: Locked) =>
    Promise.resolve(lastModified === undefined ? undefined : lastModified >= aged.atS)
  return { aged: aged.rev, newest: newest.rev, newestS: newest.atS, isByDate: true, isNewer }
}

async function agedIn(git: Git, limitS: number, ref = 'HEAD'): Promise<Dated | Problem | undefined> {
  for (const deeper of [`--shallow-since=${limitS - BEFORE_S} +0000`, '--unshallow']) {
    const problem = await git.fails('fetch', ['--quiet', deeper, '--', 'origin', ref])
    if (problem !== undefined) return isWhole(problem) ? undefined : { problem, isUnknown: true }
    const aged = await git.newestBefore(limitS)
    if (aged !== undefined) return aged
  }
  return undefined
}

/** There is nothing older to be had. */
function isWhole(problem: string): boolean {
  return problem.includes('--unshallow on a complete repository')
}

interface Git {
  readonly folder: string
  fails(command: string, args: readonly string[]): Promise<string | undefined>
  newestBefore(limitS?: number): Promise<Dated | undefined>
}

function gitIn({ path }: Scratch, { url, token }: GitRepository, { run, cancel }: GitWorld): Git {
  const options = { timeoutMs: GIT_MS, signal: cancel, env: environment(url, token) }
  const folder = `${path}/repository`
  const inside = ['git', `--git-dir=${folder}`]
  return {
    folder,
    async fails(command, args) {
      const start = command === 'clone' ? ['git'] : inside
      const finished = await run([...start, command, ...args], options)
      if (finished === undefined) return 'there is no git to look it up with'
      if (finished.code === 0) return undefined
      const [, said] = /^(?:fatal|error): (.*)$/m.exec(finished.stderr) ?? []
      if (token !== undefined && REDIRECTED.test(finished.stderr))
        return 'its address leads to another one, and a token goes to no other: name that one in flake.nix'
      return `git could not look it up: ${said === undefined ? 'it does not say why' : withoutLogin(said)}`
    },
    async newestBefore(limitS) {
      const old = limitS === undefined ? [] : [`--min-age=${limitS}`]
      const argv = ['rev-list', '-1', '--first-parent', '--timestamp', ...old, 'HEAD']
      const finished = await run([...inside, ...argv], options)
      const [, atS, rev] = /^(\d+) ([0-9a-f]{40,64})$/m.exec(finished?.stdout ?? '') ?? []
      return rev === undefined ? undefined : { rev, atS: Number(atS) }
    },
  }
}

const REDIRECTED = /^fatal: unable to access .*: The requested URL returned error: 30\d$/m

function withoutLogin(words: string): string {
  return words.replace(/\/\/[^/@\s]+@/g, '//').slice(0, 200)
}

/**
 * Nobody is there to answer, and no protocol runs a program. A token goes to the host of this address alone: git would
 * send a header that is its own to wherever it was redirected at first, with all that it asks from then on.
 */
function environment(url: string, token: string | undefined): Readonly<Record<string, string>> {
  const plain = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file' }
  if (token === undefined || !url.startsWith('https://')) return plain
  const login = Buffer.from(`oauth2:${token}`).toString('base64')
  return {
    ...plain,
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${login}`,
    GIT_CONFIG_KEY_1: 'http.followRedirects',
    GIT_CONFIG_VALUE_1: 'false',
  }
}
