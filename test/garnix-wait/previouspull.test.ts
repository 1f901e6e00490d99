/** What was recorded before a pull request, on a GitHub that holds every request against its description. */
import { describe, expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { DB, HistoryScene, WEB } from './historyscene.ts'

let github: FakeGitHub
let scene: HistoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = new HistoryScene(shared)
})

describe('on a pull request', () => {
  /** The base goes on, and is merged into the branch. */
  function proposed() {
    const [early = '', fork = ''] = scene.push(2)
    const [first = ''] = scene.branch(fork, 2)
    const [late = ''] = scene.push(1)
    const head = github.state.commit({ parents: [github.state.branch('feature') ?? '', late] })
    github.state.setBranch('feature', head)
    scene.push(1)
    return { early, fork, first, late, head }
  }

  test('it begins at the merge base, with that commit itself', async () => {
    const { fork, first, late, head } = proposed()
    for (const [sha, path] of [
      [first, DB],
      [fork, DB],
      [late, WEB],
      [scene.tip, DB],
    ] as const)
      scene.notes.set(sha, `web ${path}\n`)
    const { number } = github.state.addPull({ headSha: head })
    expect(await scene.previous(['web'], { sha: head, pullRequest: number })).toEqual([
      { path: WEB, commit: late },
    ])
    expect(await scene.previous(['web'], { sha: head, isOnPullRequest: true })).toEqual([
      { path: WEB, commit: late },
    ])
    expect(scene.warnings).toEqual([])
    expect(scene.asked.filter((path) => path === 'commits')).toEqual([])
  })

  test('without one it begins at the commit before', async () => {
    const { first, fork, head } = proposed()
    scene.notes.set(fork, `web ${WEB}\n`)
    expect(await scene.previous(['web'], { sha: head, isOnPullRequest: true })).toEqual([
      { path: WEB, commit: fork },
    ])
    scene.notes.set(first, `web ${DB}\n`)
    expect(await scene.previous(['web'], { sha: head })).toEqual([{ path: DB, commit: first }])
  })

  test('that has nothing of its own it begins before its head', async () => {
    const [one = '', two = ''] = scene.push(3)
    scene.notes.set(one, `web ${DB}\n`)
    scene.notes.set(two, `web ${WEB}\n`)
    const { number } = github.state.addPull({ headSha: two })
    expect(await scene.previous(['web'], { sha: two, pullRequest: number })).toEqual([
      { path: DB, commit: one },
    ])
  })

  test.each(['/pulls/', '/compare/'])(
    'it begins at the commit before where %s is refused, and that is said',
    async (part) => {
      const { fork, late, head } = proposed()
      for (const sha of [fork, late]) scene.notes.set(sha, `web ${WEB}\n`)
      const { number } = github.state.addPull({ headSha: head })
      github.disturb = ({ path }) => (path.includes(part) ? { status: 403, body: '{}' } : undefined)
      expect(await scene.previous(['web'], { sha: head, pullRequest: number })).toEqual([
        { path: WEB, commit: fork },
      ])
      expect(scene.warnings).toEqual([
        'Where the pull request begins is not known: GitHub refused (status 403).',
      ])
    },
  )

  test.each([
    ['pulls', null],
    ['pulls', { number: 7, base: {} }],
    ['compare', { merge_base_commit: null }],
  ])('it begins at the commit before where %s says %j', async (part, data) => {
    const at = 'a'.repeat(40)
    scene.notes.set(at, `web ${WEB}\n`)
    const answers = async (route: string) => {
      if (route.includes(part)) return data
      if (route.includes('pulls')) return { number: 7, base: { sha: 'b'.repeat(40) } }
      return [{ sha: 'c'.repeat(40), parents: [{ sha: at }] }]
    }
    const past = { asked: answers, sha: 'c'.repeat(40), pullRequest: 7 }
    expect(await scene.previous(['web'], past)).toEqual([{ path: WEB, commit: at }])
  })

  test('a bug is a bug', async () => {
    scene.notes.set(scene.tip, `web ${WEB}\n`)
    const asked = async () => {
      throw new TypeError('x is not a function')
    }
    await expect(scene.previous(['web'], { asked, pullRequest: 7 })).rejects.toThrow('x is not a function')
  })
})
