/** Wherever a flake lies, and whatever is wrong with it. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { flakeOf, flakeWith, nix, OUTPUTS, Repository, revOf, updated } from '../enginescene.ts'

afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

const a = new Repository()
const name = (() => {
  let count = 0
  return (words = 'place') => join(nix.folder, `${words}-${count++}`)
})()
const git = (...args: readonly string[]) => execFileSync('git', args, { stdio: 'pipe' })

describe('a flake is updated', () => {
  const places: Readonly<Record<string, (top: Repository) => { path: string; flake?: string }>> = {
    'in a shallow clone': ({ path }) => {
      const clone = name()
      git('clone', '-q', '--depth', '1', `file://${path}`, clone)
      expect(existsSync(join(clone, '.git/shallow'))).toBe(true)
      return { path: clone }
    },
    'in a detached worktree': ({ path }) => {
      const tree = name()
      git('-C', path, 'worktree', 'add', '-q', '--detach', tree)
      return { path: tree }
    },
    'in a folder that is no repository': ({ path }) => {
      rmSync(join(path, '.git'), { recursive: true })
      return { path }
    },
    'in a folder with a name full of marks': ({ path }) => {
      const strange = name('a b#c?d%20ü')
      renameSync(path, strange)
      return { path: strange }
    },
    'in a folder below the root': (top) => {
      cpSync(join(top.path, 'flake.nix'), join(top.path, 'nix/deep/flake.nix'), { recursive: true })
      cpSync(join(top.path, 'flake.lock'), join(top.path, 'nix/deep/flake.lock'))
      top.commit()
      return { path: top.path, flake: 'nix/deep' }
    },
  }

  test.each(Object.entries(places))('%s', async (_, place) => {
    const top = await flakeOf({ a: a.url })
    const checkout = place(top)
    const rev = a.commit()
    const { after, failed } = await updated(checkout, { update: ['a'] })
    expect([revOf(after, 'a'), failed]).toEqual([rev, []])
  })

  test('with relative path inputs, and what those depend on if they are named', async () => {
    const top = new Repository({
      'nix/flake.nix': flakeWith({ a: a.url, lib: './lib' }),
      'nix/lib/flake.nix': flakeWith({ a: a.url }),
    })
    await top.lock('nix')
    const rev = a.commit()
    const checkout = { path: top.path, flake: 'nix' }
    const alone = await updated(checkout, { update: ['a'] })
    const old = revOf(alone.source.lock, 'a')
    expect(['a', 'lib/a'].map((path) => revOf(alone.after, path))).toEqual([rev, old])
    const both = await updated(checkout, { update: ['a', 'lib'] })
    expect(['a', 'lib/a'].map((path) => revOf(both.after, path))).toEqual([rev, rev])
    expect(both.after.inputs.get('lib')?.locked).toMatchObject({ type: 'path', path: './lib' })
  })
})

describe('inputs that cannot be updated', () => {
  test('do not stop the others, each on top of those before it', async () => {
    const [dead, b] = [new Repository(), new Repository()]
    const top = await flakeOf({ a: a.url, b: b.url, dead: dead.url })
    const [newA, newB] = [a.commit(), b.commit()]
    dead.remove()
    const { source, after, failed, log } = await updated(top, { update: ['a', 'dead', 'b'] })
    expect(['a', 'b', 'dead'].map((path) => revOf(after, path))).toEqual([
      newA,
      newB,
      revOf(source.lock, 'dead'),
    ])
    expect(failed).toEqual([{ input: 'dead', words: expect.stringContaining(dead.path) as unknown }])
    expect(log.entries.map(({ kind }) => kind)).toEqual(['host', 'host'])
  })

  test('leave the lock as it is if there are no others', async () => {
    const dead = new Repository()
    const top = await flakeOf({ a: a.url, dead: dead.url })
    a.commit()
    dead.remove()
    const { source, afterText, failed } = await updated(top, { update: ['dead'] })
    expect([afterText, failed.length]).toEqual([source.lockText, 1])
  })

  test('are told of, although nix has them in its cache', async () => {
    // Of a bare repository nix keeps a clone of its own.
    const [remote, bare] = [new Repository(), name()]
    git('clone', '-q', '--bare', remote.path, bare)
    const top = await flakeOf({ far: `git+file://${bare}?ref=main` })
    rmSync(bare, { recursive: true })
    const { failed } = await updated(top, { update: ['far'] })
    expect(failed.map(({ input }) => input)).toEqual(['far'])
  })

  test('by their name are told of without running nix', async () => {
    const top = await flakeOf({ '"a.b"': a.url })
    const { failed, runs } = await updated(top, { update: ['a.b', '--help'] })
    expect([failed.map(({ input }) => input), runs]).toEqual([['a.b', '--help'], []])
  })
})

describe('a flake that cannot be locked at all is one error', () => {
  const lock = async () => flakeOf({ a: a.url, b: new Repository().url })

  test('if flake.nix is no Nix', async () => {
    const top = await lock()
    top.write({ 'flake.nix': `{ inputs.a.url = "` })
    await expect(updated(top, { update: ['a', 'b'] })).rejects.toThrow(
      /^flake\.nix cannot be locked, whatever is updated: syntax error, unexpected end of file/,
    )
  })

  test('if it is not in git', async () => {
    const top = await lock()
    top.git('rm', '-q', '--cached', 'flake.nix')
    await expect(updated(top, { update: ['a'] })).rejects.toThrow(
      'flake.nix cannot be locked, whatever is updated: flake.nix, or a file it needs, is in the checkout but not in git: commit it.',
    )
  })

  test('if an input that flake.nix has anew cannot be fetched', async () => {
    const top = await lock()
    top.write({ 'flake.nix': `{ inputs.new.url = "git+file:///nowhere/at/all"; ${OUTPUTS} }` })
    await expect(updated(top, { update: ['a'] })).rejects.toThrow('/nowhere/at/all')
  })

  test('if git does not trust the checkout', async () => {
    // Only root can give a file away, and still read it.
    if (process.getuid?.() !== 0) return
    const top = await lock()
    execFileSync('chown', ['-R', '65534', top.path])
    const words = `run 'git config --global --add safe.directory ${top.path}' before`
    await expect(updated(top, { update: ['a'] })).rejects.toThrow(words)
  })
})
