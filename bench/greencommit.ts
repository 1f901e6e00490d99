import { FakeGarnix } from '../test/support/fakegarnix.ts'
import { fakeGitHub } from '../test/support/github/server.ts'
import type { Caches } from './walking.ts'

const SHA = '95a89711a27f21aa3c6f5ca4ec56e4b1e8e4a2d1'

/** What an action is started with, and how it is to end. */
export interface Built {
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly status: string
}

/** A commit for garnix-wait with nothing left to wait for: its check is green, its whole closure is in the cache. */
export async function greenCommit(caches: Caches): Promise<Built & AsyncDisposable> {
  const github = await fakeGitHub()
  let now = 0
  const garnix = new FakeGarnix(github, { now: () => now })
  garnix.push({ sha: SHA, builds: [{ name: 'nixosConfig bench' }] })
  now = 3_600_000
  garnix.catchUp()
  return {
    inputs: {
      ...{ configurations: 'bench', sha: SHA, token: 'secret', 'store-paths': caches.root },
      caches: `${caches.whole} ${caches.key}`,
    },
    env: { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'acme/infra' },
    status: 'ready',
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]()
      await caches[Symbol.asyncDispose]()
    },
  }
}
