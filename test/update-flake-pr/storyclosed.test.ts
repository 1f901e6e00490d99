import { describe, expect, test } from '@jest/globals'
import { at } from './locks.ts'
import { stories } from './stories.ts'
import { BRANCH } from './storyscene.ts'

const scene = stories()

describe('a pull request that was closed', () => {
  const closeBy = (by: string) => {
    Object.assign(scene().pull, { state: 'closed', closedBy: by })
    scene().state.setBranch(BRANCH, undefined)
  }

  test('by a person is a no to its revisions', async () => {
    await scene().run()
    closeBy('bob')
    const { error, outputs, summary } = await scene().run()
    expect(error).toBeUndefined()
    expect(outputs).toMatchObject({ status: 'suppressed' })
    expect(summary).toContain('Not proposed again')
    expect(scene().pulls).toHaveLength(1)
  })

  test('is no no to newer ones', async () => {
    await scene().run()
    closeBy('bob')
    scene().nix.newest.set('nixpkgs', at('3'))
    const { outputs } = await scene().run()
    expect(outputs['status']).toBe('created')
    expect([scene().revOn(BRANCH, 'nixpkgs'), scene().revOn(BRANCH, 'disko')]).toEqual(['3', '1'])
  })

  test('does not matter where that is asked for', async () => {
    await scene().run()
    closeBy('bob')
    expect((await scene().run({ 'respect-closed': 'false' })).outputs['status']).toBe('created')
  })

  test('by a bot is none', async () => {
    await scene().run()
    closeBy('stale[bot]')
    expect((await scene().run()).outputs['status']).toBe('created')
  })

  test('takes an open one along that proposes the same', async () => {
    await scene().run()
    closeBy('bob')
    await scene().run({ 'respect-closed': 'false' })
    const { outputs } = await scene().run()
    expect(outputs['status']).toBe('closed')
    expect(scene().state.comments.at(-1)?.body).toBe('What it proposes was closed unmerged before.')
  })
})

describe('a dry run', () => {
  test('writes nothing, and shows what it would', async () => {
    const { error, outputs, summary, asked } = await scene().run({ 'dry-run': 'true' })
    expect(error).toBeUndefined()
    expect(outputs['status']).toBe('dry-run')
    expect(asked.every((route) => route.startsWith('GET ') || route === 'POST /graphql')).toBe(true)
    expect(summary).toContain('What the pull request would say')
    expect(scene().state.branch(BRANCH)).toBeUndefined()
  })

  test('shows what it would change', async () => {
    await scene().run()
    scene().nix.newest.set('nixpkgs', at('3'))
    const { outputs, log } = await scene().run({ 'dry-run': 'true' })
    expect(outputs).toMatchObject({ status: 'dry-run', 'pull-request-number': '1' })
    expect(log.of('info')).toContainEqual(expect.stringMatching(/^#1 would be updated: /))
  })

  test('shows what it would close', async () => {
    await scene().run()
    scene().nix.newest.clear()
    const { outputs, log } = await scene().run({ 'dry-run': 'true' })
    expect(outputs['status']).toBe('dry-run')
    expect(log.of('info')).toContainEqual(expect.stringMatching(/^#1 would be closed\. Nothing is left/))
    expect(scene().pull.state).toBe('open')
  })
})
