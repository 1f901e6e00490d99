import { afterAll, afterEach, beforeAll, beforeEach, jest } from '@jest/globals'
import { sharedGitHub } from '../support/checks.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { StoryScene } from './storyscene.ts'

/** One GitHub for all stories of a file, a repository and a checkout for each. */
export function stories(files?: Readonly<Record<string, string>>): () => StoryScene {
  let github: FakeGitHub
  let scene: StoryScene
  // GitHub's schema alone takes seconds to be read.
  jest.setTimeout(60_000)
  beforeAll(async () => {
    github = await sharedGitHub()
  })
  beforeEach(() => {
    scene = new StoryScene(github, files)
  })
  afterEach(() => {
    scene[Symbol.dispose]()
  })
  afterAll(async () => {
    delete process.env['GITHUB_API_URL']
    await github[Symbol.asyncDispose]()
  })
  return () => scene
}
