import { describe, expect, test } from '@jest/globals'
import { whyEdited } from '../../actions/update-flake-pr/edits.ts'
import type { Pull } from '../../actions/update-flake-pr/pulls.ts'
import { BRANCH, LOCKS, scenes, stateOf } from './publishscene.ts'

const scene = scenes()

const state = () => scene().state
const update = (parent = scene().base, files: Record<string, string | null> = { 'flake.lock': 'new\n' }) =>
  state().commit({ parents: [parent], files, author: 'github-actions[bot]' })

function why(headSha: string, remembered?: string): Promise<string | undefined> {
  const pull = {
    number: 1,
    url: '',
    title: '',
    body: '',
    nodeId: '',
    isDraft: false,
    isMerged: false,
    author: '',
  }
  const known = remembered === undefined ? undefined : stateOf(remembered)
  const whole: Pull = { ...pull, branch: BRANCH, base: 'main', headSha, state: known }
  return whyEdited(whole, LOCKS, scene().ask)
}

describe('a branch is this action’s', () => {
  test('without a question if its head is the one that is remembered', async () => {
    const head = update()
    expect(await why(head, head)).toBeUndefined()
    expect(scene().asked).toEqual([])
  })

  test.each<[string, () => string]>([
    [
      'if it has one commit that changes locks',
      () => update(scene().base, { 'flake.lock': 'a', 'nix/flake.lock': 'b' }),
    ],
    ['if it has nothing that the base has not', () => scene().base],
    ['if the base was merged into it', () => merged(update())],
    ['if the base was merged into it twice', () => merged(merged(update()))],
  ])('%s', async (_, make) => {
    expect(await why(make())).toBeUndefined()
    expect(await why(make(), 'f'.repeat(40))).toBeUndefined()
  })

  /** As "Update branch" does it; the base moves on first. */
  function merged(head: string): string {
    const main = state().push('main', { files: { 'README.md': `Hello ${head}\n` } })
    return state().commit({ parents: [head, main], files: { 'README.md': `Hello ${head}\n` } })
  }
})

describe('a branch is somebody’s', () => {
  test.each<[string, () => string, string]>([
    ['another commit', () => update(update(), { 'flake.lock': 'newer\n' }), "2 commits lead from 'main' to"],
    [
      'a file that is no lock',
      () => update(scene().base, { 'flake.lock': 'a', 'x.nix': 'b' }),
      'it changes x.nix',
    ],
    [
      'a lock that is not looked after',
      () => update(scene().base, { 'other/flake.lock': 'a' }),
      'other/flake.lock',
    ],
    ['a lock less', () => update(scene().base, { 'flake.lock': null }), 'it changes flake.lock'],
    ['a merge of another branch', () => mergedOther(), "3 commits lead from 'main' to"],
    ['a beginning of its own', () => state().commit({ files: { a: 'b' } }), 'no commit in common with'],
  ])('with %s', async (_, make, words) => {
    expect(await why(make(), 'f'.repeat(40))).toContain(words)
  })

  /** Of one that is not on the base. */
  function mergedOther(): string {
    const other = state().commit({ parents: [scene().base], files: { 'flake.lock': 'other\n' } })
    return state().commit({ parents: [update(), other], files: {} })
  }

  test.each([
    ['more commits than are listed', { ahead_by: 101, total_commits: 101, commits: [{ sha: 'a' }] }],
    ['commits that are not listed', { ahead_by: 1, total_commits: 1 }],
    ['an answer that says nothing', []],
  ])('with %s', async (_, data) => {
    const ask = async () => ({ status: 200, headers: {}, data })
    const pull = { headSha: 'a'.repeat(40), state: undefined, base: 'main' } as Pull
    expect(await whyEdited(pull, LOCKS, ask)).toBe('it has more commits than can be looked through')
  })

  test('but not where GitHub does not say', async () => {
    scene().fault = () => ({ status: 403 })
    await expect(why(update())).rejects.toThrow("with 'main' (403)")
  })
})
