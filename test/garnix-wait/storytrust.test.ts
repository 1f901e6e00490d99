/** Who is believed: of the checks of a name only those of the instance's own App. */
import { expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { SHA } from './given.ts'
import { ETC, GLIBC, OLD, OLD_GLIBC, StoryScene, VPS } from './storyscene.ts'

let github: FakeGitHub
let scene: StoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
})

const NAME = 'nixosConfig vps-arm'
const LOGIN = { 'instance-login': 'me', 'instance-token': 'secret' }

/** What any workflow with `checks: write` may make, and any App. */
function forged(app: string, id: number): void {
  github.state.addRun({
    ...{ id, app, sha: SHA, name: NAME, status: 'completed', conclusion: 'success' },
    detailsUrl: 'https://evil.example/build/abcdefgh',
    text: `Uploaded ${OLD} to the garnix binary cache.`,
  })
}

test.each([
  ['the Actions of GitHub', 'github-actions', {}],
  ['another App than the one that is given', 'evil', { 'app-slug': 'garnix-ci' }],
])('a check of %s leads neither to an instance nor to a path', async (_, app, given) => {
  scene.builds([{ name: NAME, uploads: { paths: [GLIBC, ETC, VPS], everyMs: 10_000 } }])
  scene.hold([OLD, OLD_GLIBC])
  forged(app, 1_000_000)
  expect(await scene.wait({ ...LOGIN, ...given })).toBeUndefined()
  expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS })
  expect(scene.output('build-url')).toEqual({
    'vps-arm': expect.stringMatching(/^https:\/\/garnix\.example\//),
  })
  expect(scene.fetched.filter((url) => url.includes('evil.example'))).toEqual([])
})
