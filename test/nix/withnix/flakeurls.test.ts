import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { LOCKED, PINNED } from '../../update-flake-pr/flakeurls.ts'
import { privateNix, type Nix } from '../nix.ts'

let nix: Nix
beforeAll(async () => (nix = await privateNix()))
afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

async function parsed(urls: readonly string[]): Promise<unknown> {
  return nix.value(`map builtins.parseFlakeRef (builtins.fromJSON ${JSON.stringify(JSON.stringify(urls))})`)
}

/** What a fetch of the same rev finds out again; a URL has it only where there may be no rev. */
const FOUND_AGAIN = ['lastModified', 'narHash', 'revCount']

function lockedBy([attributes, , url]: (typeof LOCKED)[number]): object {
  const said = Object.entries(attributes).filter(
    ([name]) => !FOUND_AGAIN.includes(name) || url.includes(`${name}=`),
  )
  // Nix takes the rev out of the address.
  return Object.fromEntries(
    said.map(([name, value]) => [name, name === 'url' ? (value as string).replace(/&rev=.*/, '') : value]),
  )
}

test('Nix reads what pins an input as that input, at that rev', async () => {
  const expected = PINNED.map(([attributes, rev]) => ({ ...attributes, rev }))
  expect(await parsed(PINNED.map(([, , url]) => url))).toEqual(expected)
})

test('Nix reads what locks an input as that input, at what it is locked to', async () => {
  expect(await parsed(LOCKED.map(([, , url]) => url))).toEqual(LOCKED.map(lockedBy))
})
