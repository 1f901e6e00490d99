/** What moves without being asked is put back. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { done, flakeOf, flakeWith, nix, Repository, revOf, updated } from '../enginescene.ts'

afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

const a = new Repository()
const leaf = new Repository()

/** A flake of inputs `a` and `c`, of which flake.nix then asks for another branch of `c`; all have news. */
async function retargeted() {
  const c = await flakeOf({ leaf: leaf.url })
  const top = await flakeOf({ a: a.url, c: c.url })
  const newest = { a: a.commit(), leaf: leaf.commit(), c: '' }
  await done(['flake', 'update'], c.path)
  newest.c = c.commit()
  c.git('branch', 'other')
  const asked = `${c.url}?ref=other`
  top.write({ 'flake.nix': flakeWith({ a: a.url, c: asked }) })
  return { c, top, newest, asked }
}

test('an input that flake.nix asks for otherwise stays as it was, with all it depends on', async () => {
  const { c, top, newest, asked } = await retargeted()
  const { source, after, afterText, heldBack, runs } = await updated(top, { update: ['a'] })
  const rev = revOf(source.lock, 'c') ?? ''
  expect([revOf(after, 'a'), runs.length]).toEqual([newest.a, 2])
  for (const path of ['c', 'c/leaf']) expect(after.inputs.get(path)).toEqual(source.lock.inputs.get(path))
  expect(heldBack).toEqual([
    {
      input: 'c',
      words: `held at ${rev.slice(0, 8)}: flake.nix asks for ${asked} and flake.lock still has ${c.url}; to follow flake.nix, name it in 'inputs' or run 'nix flake lock'`,
    },
  ])
  // Byte by byte, all that is not about the input that was asked for.
  const others = (text: string) => text.replaceAll(/"(?:rev|lastModified|revCount|narHash)": .*/g, '')
  expect(others(afterText)).toBe(others(source.lockText))
})

test('an input that flake.nix asks for otherwise follows it if it is named', async () => {
  const { top, newest } = await retargeted()
  const { after, heldBack } = await updated(top, { update: ['a', 'c'] })
  expect([revOf(after, 'c'), revOf(after, 'c/leaf'), heldBack]).toEqual([newest.c, newest.leaf, []])
  expect(after.inputs.get('c')?.original).toMatchObject({ ref: 'other' })
})

test('the next run of nix still sees what flake.nix asks for', async () => {
  const { top, newest } = await retargeted()
  const { afterText } = await updated(top, { update: ['a'] })
  top.commit({ 'flake.lock': afterText })
  await done(['flake', 'lock', '.'], top.path)
  expect(readFileSync(join(top.path, 'flake.lock'), 'utf8')).toContain(newest.c)
})

test('several are held, each at its own revision', async () => {
  const [one, two] = [new Repository(), new Repository()]
  const top = await flakeOf({ a: a.url, one: one.url, two: two.url })
  for (const repository of [a, one, two]) repository.commit()
  const edited = { a: a.url, one: `${one.url}?ref=main`, two: `${two.url}?ref=main` }
  top.write({ 'flake.nix': flakeWith(edited) })
  const { source, after, heldBack } = await updated(top, { update: ['a'] })
  expect(heldBack.map(({ input }) => input)).toEqual(['one', 'two'])
  for (const name of ['one', 'two']) expect(after.inputs.get(name)).toEqual(source.lock.inputs.get(name))
})

test('one that cannot be held is said to have moved', async () => {
  const c = new Repository()
  const top = await flakeOf({ a: a.url, c: c.url })
  const other = new Repository()
  const [newA, rev] = [a.commit(), other.commit()]
  top.write({ 'flake.nix': flakeWith({ a: a.url, c: other.url }) })
  c.remove()
  const { after, heldBack } = await updated(top, { update: ['a'] })
  expect([revOf(after, 'a'), revOf(after, 'c')]).toEqual([newA, rev])
  expect(heldBack[0]?.words).toMatch(
    RegExp(`^moved to ${rev.slice(0, 8)} without being asked for, and could not be held \\(.+\\): flake.nix`),
  )
})
