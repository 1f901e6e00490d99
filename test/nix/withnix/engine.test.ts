import { afterAll, describe, expect, test } from '@jest/globals'
import { done, flakeOf, flakeWith, nix, Repository, revOf, stateOf, updated } from '../enginescene.ts'

const [a, b, c] = [new Repository(), new Repository(), new Repository()]
const inputs = { a: a.url, b: b.url, c: c.url }
afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

describe('inputs', () => {
  test('move together in one run, and no other does', async () => {
    const top = await flakeOf(inputs)
    const [newA, newB] = [a.commit(), b.commit()]
    c.commit()
    const { source, after, failed, heldBack, runs } = await updated(top, { update: ['a', 'b'] })
    const revs = ['a', 'b', 'c'].map((name) => revOf(after, name))
    expect(revs).toEqual([newA, newB, revOf(source.lock, 'c')])
    expect([failed, heldBack, runs.length]).toEqual([[], [], 1])
  })

  test('are locked with the very text that nix would write, each time, and by the old syntax too', async () => {
    const top = await flakeOf(inputs)
    for (const one of [a, b, c]) one.commit()
    const asked = { update: ['c', 'a'] }
    const { afterText } = await updated(top, asked)
    expect((await updated(top, asked)).afterText).toBe(afterText)
    expect((await updated(top, asked, { syntax: 'update-input' })).afterText).toBe(afterText)
    await done(['flake', 'update', 'c', 'a'], top.path)
    expect((await updated(top, {})).source.lockText).toBe(afterText)
  })

  test('are computed beside the checkout, of which nothing is touched', async () => {
    const dead = new Repository()
    const top = await flakeOf({ ...inputs, dead: dead.url })
    top.write({ 'flake.nix': flakeWith({ ...inputs, dead: dead.url, e: a.url }), untracked: '' })
    dead.remove()
    const before = stateOf(top.path)
    const pins = { c: `${c.url}?ref=main&rev=${c.commit()}` }
    const { failed } = await updated(top, { update: ['a', 'dead'], pins })
    expect(failed.map(({ input }) => input)).toEqual(['dead'])
    expect(stateOf(top.path)).toEqual(before)
  })

  test('that nobody names do not move: nix is not even started', async () => {
    const top = await flakeOf(inputs)
    a.commit()
    const { source, afterText, after, runs } = await updated(top, {})
    expect([afterText, after, runs]).toEqual([source.lockText, source.lock, []])
  })
})

describe('a pinned input', () => {
  test('moves to that commit although there is a newer one, and keeps what flake.nix asks for', async () => {
    const top = await flakeOf(inputs)
    const [aged, newB] = [a.commit(), b.commit()]
    a.commit()
    const pins = { a: `${a.url}?ref=main&rev=${aged}` }
    const { source, after, runs } = await updated(top, { update: ['b'], pins })
    expect([revOf(after, 'a'), revOf(after, 'b'), runs.length]).toEqual([aged, newB, 1])
    expect(after.inputs.get('a')?.original).toEqual(source.lock.inputs.get('a')?.original)
  })

  test.each(['positional', 'update-input'] as const)('alone moves no other (%s)', async (syntax) => {
    const top = await flakeOf(inputs)
    const aged = a.commit()
    for (const one of [a, b, c]) one.commit()
    const pins = { a: `${a.url}?ref=main&rev=${aged}` }
    const { source, after, heldBack } = await updated(top, { pins }, { syntax })
    const revs = ['a', 'b', 'c'].map((name) => revOf(after, name))
    expect(heldBack).toEqual([])
    expect(revs).toEqual([aged, revOf(source.lock, 'b'), revOf(source.lock, 'c')])
  })

  test('counts once if it is among those to update as well', async () => {
    const top = await flakeOf(inputs)
    const aged = a.commit()
    a.commit()
    const { after } = await updated(top, { update: ['a'], pins: { a: `${a.url}?ref=main&rev=${aged}` } })
    expect(revOf(after, 'a')).toBe(aged)
  })
})

test('an input that flake.nix has anew is locked as well, and one that it has no more is not', async () => {
  const top = await flakeOf(inputs)
  top.write({ 'flake.nix': flakeWith({ a: a.url, c: c.url, d: b.url }) })
  const { after, failed, heldBack } = await updated(top, { update: ['a'] })
  expect([...after.inputs.keys()].sort()).toEqual(['a', 'c', 'd'])
  expect([failed, heldBack]).toEqual([[], []])
})

test('a run that nobody wants any more is stopped', async () => {
  const top = await flakeOf(inputs)
  const canceled = new AbortController()
  canceled.abort(new Error('canceled'))
  await expect(updated(top, { update: ['a'] }, { cancel: canceled.signal })).rejects.toThrow('canceled')
})
