import { afterAll, beforeAll, beforeEach, jest } from '@jest/globals'
import { sharedGitHub } from './checks.ts'
import type { FakeGitHub } from './github/server.ts'

/** One GitHub for all tests of a file, for its client reads the address once; each begins with `prepare`. */
export function withSharedGitHub(prepare: (github: FakeGitHub) => void): void {
  let github: FakeGitHub
  // GitHub's schema alone takes seconds to be read.
  jest.setTimeout(120_000)
  beforeAll(async () => {
    github = await sharedGitHub()
  })
  beforeEach(() => {
    prepare(github)
  })
  afterAll(async () => {
    delete process.env['GITHUB_API_URL']
    await github[Symbol.asyncDispose]()
  })
}
