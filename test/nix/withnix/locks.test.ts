import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { followsLine, urlLine } from '../../../actions/update-flake-pr/advicenix.ts'
import type { Lock } from '../../../actions/update-flake-pr/facts.ts'
import { parseLock } from '../../../actions/update-flake-pr/lock.ts'
import { changesBetween } from '../../../actions/update-flake-pr/lockdiff.ts'
import { privateNix, type Nix } from '../nix.ts'

let nix: Nix
beforeAll(async () => (nix = await privateNix()))
afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

/** A flake in a folder of its own, whose path it returns. */
function flake(name: string, inputs: string): string {
  const folder = join(nix.folder, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'flake.nix'), `{ inputs = { ${inputs} }; outputs = _: { }; }\n`)
  return folder
}

async function locked(folder: string): Promise<Lock> {
  const { stderr } = await nix.nix(['flake', 'lock', `path:${folder}`])
  return parseLock(readFileSync(join(folder, 'flake.lock'), 'utf8'), stderr)
}

test("what Nix writes is read, and so is what it writes after a flake's inputs have changed", async () => {
  const n = flake('n', '')
  const a = flake('a', `n.url = "path:${n}"; plain = { url = "path:${n}"; flake = false; };`)
  const inputs = `a.url = "path:${a}"; n.url = "path:${n}";`
  const top = flake('top', `${inputs} z.follows = "a/n";`)
  const before = await locked(top)
  flake('top', `${inputs} z.follows = "n"; a.inputs.n.follows = "n"; b.url = "path:${n}";`)
  const after = await locked(top)
  expect([...before.inputs].map(([path, { follows, isFlake }]) => [path, follows, isFlake])).toEqual([
    ['a', undefined, true],
    ['n', undefined, true],
    ['z', 'a/n', true],
    ['a/n', undefined, true],
    ['a/plain', undefined, false],
  ])
  expect(changesBetween(before, after).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    'added b',
    'retargeted z',
    'retargeted a/n',
  ])
})

test('lines of advice say to Nix what they say to people', async () => {
  const names = ['a', 'b-c', "d'", 'let', '1', 'e.f', '${g}', 'h"i\\', 'ç', '$${j}', '']
  for (const name of names) {
    expect(await nix.value(`{ ${followsLine([name, 'x'], 'nixpkgs')} }`)).toEqual({
      inputs: { [name]: { inputs: { x: { follows: 'nixpkgs' } } } },
    })
    expect(await nix.value(`{ ${urlLine(name, `https://h.org/${name}`)} }`)).toEqual({
      inputs: { [name]: { url: `https://h.org/${name}` } },
    })
  }
})
