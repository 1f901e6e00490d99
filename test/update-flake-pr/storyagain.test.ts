import { describe, expect, test } from '@jest/globals'
import { at } from './locks.ts'
import { stories } from './stories.ts'
import { BRANCH, LOCK } from './storyscene.ts'

const scene = stories()

describe('a second run', () => {
  test('that finds nothing new changes nothing, and asks for little', async () => {
    await scene().run()
    const head = scene().state.branch(BRANCH)
    scene().state.push('main', { files: { 'README.md': 'Other\n' } })
    const { outputs, asked } = await scene().run()
    expect(outputs).toMatchObject({ status: 'unchanged', 'pull-request-number': '1', 'head-sha': head })
    expect(asked.filter((route) => !route.startsWith('GET '))).toEqual(['POST /graphql'])
    expect(asked.length).toBeLessThanOrEqual(8)
    expect(scene().state.branch(BRANCH)).toBe(head)
  })

  test('that finds more keeps the pull request', async () => {
    await scene().run()
    scene().nix.newest.set('nixpkgs', at('3'))
    const { outputs } = await scene().run()
    expect(outputs).toMatchObject({ status: 'updated', 'pull-request-number': '1' })
    expect(scene().revOn(BRANCH, 'nixpkgs')).toBe('3')
    expect(scene().remembered()?.head).toBe(scene().state.branch(BRANCH))
  })

  test('goes on at another base with the same pull request, even if both have the same lock', async () => {
    await scene().run()
    scene().state.setBranch('stable', scene().state.branch('main'))
    const { outputs } = await scene().run({ base: 'stable' })
    expect(outputs).toMatchObject({ status: 'updated', 'pull-request-number': '1' })
    expect(scene().pulls).toMatchObject([{ base: 'stable', state: 'open' }])
  })

  test('begins anew on a base that has another lock', async () => {
    await scene().run()
    scene().push({ 'flake.lock': `${LOCK}\n` })
    const { outputs } = await scene().run()
    expect(outputs['status']).toBe('updated')
    expect(scene().state.resolve(BRANCH)?.parents).toEqual([scene().state.branch('main')])
  })

  describe('after the base was merged into the branch', () => {
    const merge = (files: Readonly<Record<string, string>> = {}) => {
      const [head = '', base = ''] = [scene().state.branch(BRANCH), scene().state.branch('main')]
      scene().state.setBranch(BRANCH, scene().state.commit({ parents: [head, base], files }))
      return scene().state.branch(BRANCH)
    }

    test('leaves it where it has the same locks', async () => {
      await scene().run()
      scene().state.push('main', { files: { 'README.md': 'Other\n' } })
      const head = merge({ 'README.md': 'Other\n' })
      expect((await scene().run()).outputs).toMatchObject({ status: 'unchanged', 'head-sha': head })
      expect(scene().state.branch(BRANCH)).toBe(head)
    })

    test('writes it anew where the merge made others of them', async () => {
      await scene().run()
      scene().state.push('main', { files: { 'README.md': 'Other\n' } })
      merge({ 'README.md': 'Other\n', 'flake.lock': LOCK.replace('2', '3') })
      expect((await scene().run()).outputs['status']).toBe('updated')
    })
  })

  test('closes what has become obsolete, with a word', async () => {
    await scene().run()
    scene().push({ 'flake.lock': scene().state.textAt(BRANCH, 'flake.lock') ?? '' })
    const { error, outputs } = await scene().run()
    expect(error).toBeUndefined()
    expect(outputs).toMatchObject({ status: 'closed' })
    expect(scene().pull).toMatchObject({ state: 'closed', isMerged: false })
    expect(scene().state.comments.at(-1)?.body).toBe('Nothing is left to update: `main` is up to date.')
    expect(scene().state.branch(BRANCH)).toBeUndefined()
  })
})
