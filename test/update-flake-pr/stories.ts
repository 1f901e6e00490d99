import { afterEach } from '@jest/globals'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { StoryScene } from './storyscene.ts'

/** One GitHub for all stories of a file, a repository and a checkout for each. */
export function stories(files?: Readonly<Record<string, string>>): () => StoryScene {
  let scene: StoryScene
  withSharedGitHub((github) => {
    scene = new StoryScene(github, files)
  })
  afterEach(() => {
    scene[Symbol.dispose]()
  })
  return () => scene
}
