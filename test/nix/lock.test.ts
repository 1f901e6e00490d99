/** What flake.lock pins: everything by revision and content, and one nixpkgs for all. */
import { describe, expect, test } from '@jest/globals'
import { lockNodes } from './lockfile.ts'

const pinned = Object.entries(lockNodes).filter(([name]) => name !== 'root')

describe.each(pinned)('the input %s', (name, { locked, inputs = {} }) => {
  test('is pinned by a revision and the hash of its content', () => {
    expect(locked?.rev).toMatch(/^[0-9a-f]{40}$/)
    expect(locked?.narHash).toMatch(/^sha256-[A-Za-z0-9+/]{43}=$/)
    expect(locked?.lastModified).toBeGreaterThan(0)
  })

  test('takes no nixpkgs but ours, or none', () => {
    const its = inputs['nixpkgs']
    // A path through another input ends at that input's nixpkgs, which is judged the same way.
    const follows = typeof its === 'string' ? its : its?.at(-1)
    expect([undefined, 'nixpkgs']).toContain(follows)
    expect(its).not.toBe('nixpkgs')
  })

  test('is not a second copy of another', () => {
    const { owner, repo } = locked ?? {}
    const same = pinned.filter(([, other]) => other.locked?.owner === owner && other.locked?.repo === repo)
    expect(same.map(([other]) => other)).toEqual([name])
  })
})

test('there is one nixpkgs', () => {
  const them = pinned.filter(([, { locked }]) => locked?.repo?.toLowerCase() === 'nixpkgs')
  expect(them.map(([name]) => name)).toEqual(['nixpkgs'])
})
