import { describe, expect, test } from '@jest/globals'
import { refusedBy } from '../../actions/update-flake-pr/closed.ts'
import type { Proposed } from '../../actions/update-flake-pr/facts.ts'
import { pullsOn } from '../../actions/update-flake-pr/pulls.ts'
import { stateComment } from '../../actions/update-flake-pr/state.ts'
import { BRANCH, scenes, stateOf } from './publishscene.ts'

const scene = scenes()

const revision = (input: string, rev: string, flake = '.'): Proposed => ({
  flake,
  input,
  rev: rev.repeat(40),
})
const NIXPKGS = revision('nixpkgs', 'a')
const DISKO = revision('disko', 'b')

function addClosed(
  proposed: readonly Proposed[],
  given: { closedBy?: string | undefined; isMerged?: boolean } = {},
) {
  const { state, base } = scene()
  const body = stateComment(stateOf(base, proposed))
  const closedAt = '2026-01-31T12:00:00Z'
  state.openPull({
    ...{ head: BRANCH, headSha: base, author: 'bot', title: 'Old', state: 'closed', closedAt, body },
    closedBy: 'alice',
    ...given,
  })
}

async function refused(...proposed: readonly Proposed[]) {
  const { closed } = await pullsOn(BRANCH, await scene().repository(), scene().ask)
  return refusedBy(closed, proposed, scene().ask)
}

const questions = () =>
  scene()
    .routes()
    .filter((route) => route.includes('/issues/')).length

describe('somebody said no', () => {
  test('to what the pull request that was closed proposed, and to nothing else', async () => {
    addClosed([NIXPKGS, DISKO])
    const others = [revision('nixpkgs', 'c'), revision('nixpkgs', 'a', 'nix'), revision('other', 'a')]
    expect(await refused(NIXPKGS, ...others)).toEqual([{ ...NIXPKGS, number: 1 }])
  })

  test('in several pull requests, of which only those that matter are asked about', async () => {
    addClosed([DISKO])
    addClosed([revision('other', 'd')])
    addClosed([NIXPKGS])
    addClosed([NIXPKGS])
    expect(await refused(NIXPKGS, DISKO)).toEqual([
      { ...NIXPKGS, number: 4 },
      { ...DISKO, number: 1 },
    ])
    expect(questions()).toBe(2)
  })
})

describe('nobody said no', () => {
  test.each([
    ['an App closed it', { closedBy: 'acme-updater[bot]' }, 1],
    ['nobody knows who closed it', { closedBy: undefined }, 1],
    ['it was merged', { isMerged: true }, 0],
  ])('where %s', async (_, given, asked) => {
    addClosed([NIXPKGS], given)
    expect(await refused(NIXPKGS)).toEqual([])
    expect(questions()).toBe(asked)
  })

  test('where the body remembers nothing', async () => {
    addClosed([])
    const { state } = scene()
    Object.assign(state.pulls[0] ?? {}, { body: 'Something else' })
    expect(await refused(NIXPKGS)).toEqual([])
    expect(questions()).toBe(0)
  })
})

test('who closed it is not guessed', async () => {
  addClosed([NIXPKGS])
  scene().fault = ({ route }) => (route.includes('/issues/') ? { status: 403 } : undefined)
  await expect(refused(NIXPKGS)).rejects.toThrow('say who closed pull request #1 (403)')
})
