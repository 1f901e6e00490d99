/** What was recorded before a push, on a GitHub that holds every request against its description. */
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

describe('after a push', () => {
  test('it is the nearest commit before that has a line, for each configuration', async () => {
    const [one = '', two = '', three = ''] = scene.push(5)
    scene.notes.set(one, `web ${DB}\ndb ${DB}\n`)
    scene.notes.set(two, `web ${WEB}\n`)
    scene.notes.set(three, 'Reviewed by nobody.\n')
    scene.notes.set(scene.tip, `web ${DB}\n`)
    expect(await scene.previous(['web', 'db', 'other'])).toEqual([
      { path: WEB, commit: two },
      { path: DB, commit: one },
      { path: undefined, why: 'no closure is recorded for any of the 5 commits before it' },
    ])
    expect(scene.asked).toEqual(['commits'])
  })

  test('it is by first parents: what was merged is passed by', async () => {
    const [base = ''] = scene.push(1)
    const branch = scene.branch(base, 3)
    scene.merge(branch)
    scene.push(1)
    scene.notes.set(base, `web ${WEB}\n`)
    for (const one of branch) scene.notes.set(one, `web ${DB}\n`)
    expect(await scene.previous(['web'])).toEqual([{ path: WEB, commit: base }])
  })

  test('branches longer than a page cost a request each, and no more', async () => {
    const [base = ''] = scene.push(1)
    for (let count = 0; count < 3; count++) scene.merge(scene.branch(scene.tip, 120))
    scene.push(1)
    scene.notes.set(base, `web ${WEB}\n`)
    expect(await scene.previous(['web'])).toEqual([{ path: WEB, commit: base }])
    expect(scene.asked.length).toBeLessThanOrEqual(4)
  })

  test('it is not looked for without end, in commits and in requests', async () => {
    const [far = '', near = ''] = scene.push(102)
    scene.notes.set(far, `web ${WEB}\n`)
    expect(await scene.previous(['web'])).toEqual([
      { path: undefined, why: 'no closure is recorded for any of the 100 commits before it' },
    ])
    scene.notes.set(near, `web ${DB}\n`)
    expect(await scene.previous(['web'])).toEqual([{ path: DB, commit: near }])
    expect(scene.asked).toEqual(Array(2).fill('commits'))
    for (let count = 0; count < 35; count++) scene.merge(scene.branch(scene.tip, 100))
    github.exchanges.length = 0
    expect(await scene.previous(['web'])).toMatchObject([
      { why: expect.stringContaining('any of the 30 commits') },
    ])
    expect(scene.asked).toHaveLength(30)
  }, 60_000)

  test('lines that disagree say nothing', async () => {
    const [one = '', two = ''] = scene.push(3)
    scene.notes.set(one, `web ${WEB}\n`)
    scene.notes.set(two, `web ${WEB}\nweb ${DB}\n`)
    expect(await scene.previous(['web'])).toEqual([{ path: WEB, commit: one }])
  })

  test('nothing is asked where nothing was ever recorded', async () => {
    scene.push(3)
    expect(await scene.previous(['web'])).toEqual([
      { path: undefined, why: 'no commit has a recorded closure yet' },
    ])
    expect(scene.asked).toEqual([])
  })

  test('the first commit of all has none before it, the second one', async () => {
    scene.notes.set('0'.repeat(40), `web ${WEB}\n`)
    expect(await scene.previous(['web'])).toMatchObject([{ why: 'there is no commit before it' }])
    scene.push(1)
    expect(await scene.previous(['web'])).toMatchObject([
      { why: 'no closure is recorded for the commit before it' },
    ])
  })
})
