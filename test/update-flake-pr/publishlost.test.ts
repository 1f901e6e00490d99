import { expect, test } from '@jest/globals'
import { BRANCH, scenes } from './publishscene.ts'

const scene = scenes()
const NEWER = { files: [{ path: 'flake.lock', content: 'newer lock\n' }] }
const head = () => scene().state.branch(BRANCH)

test('a move whose answer got lost is not made again where it was done', async () => {
  await scene().publish()
  let moves = 0
  scene().fault = ({ route }) => {
    if (!route.startsWith('PATCH') || !route.includes('/git/refs')) return undefined
    return ++moves === 1 ? 'cut' : undefined
  }
  expect(await scene().publish(NEWER)).toMatchObject({ status: 'updated', headSha: head() })
})

test('somebody who pushes while the branch is moved keeps it', async () => {
  await scene().publish()
  let theirs: string | undefined
  scene().fault = ({ route }) => {
    if (!route.startsWith('PATCH') || !route.includes('/git/refs') || theirs !== undefined) return undefined
    theirs = scene().state.push(BRANCH, { files: { 'README.md': 'Mine\n' } })
    return { status: 500 }
  }
  const words: unknown = expect.stringContaining('somebody changed it')
  expect(await scene().publish(NEWER)).toEqual({ status: 'kept', words, problems: [] })
  expect(head()).toBe(theirs)
})
