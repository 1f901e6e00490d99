import { describe, expect, test } from '@jest/globals'
import type { State } from '../../actions/update-flake-pr/facts.ts'
import { stateComment, stateIn } from '../../actions/update-flake-pr/state.ts'
import { NEW, STATE } from './bodyscene.ts'

const PROPOSED = { flake: '.', input: 'nixpkgs', rev: NEW }

function encoded(value: unknown): string {
  const json = typeof value === 'string' ? value : JSON.stringify(value)
  return `<!-- nix-vps update-flake-pr ${Buffer.from(json).toString('base64url')} -->`
}

describe('the hidden state', () => {
  const state: State = {
    ...STATE,
    proposed: [PROPOSED, { flake: 'a -->\n', input: '--!><', rev: 'sha256-ü=' }],
  }

  test('is read as it was written, wherever it stands', () => {
    expect(stateIn(stateComment(state))).toEqual(state)
    expect(stateIn(`Words\r\n\r\n${stateComment(state)}\r\n`)).toEqual(state)
    expect(stateIn(`Words\n${stateComment(state)} and more`)).toEqual(state)
  })

  test('is one comment, which no name can end', () => {
    expect(stateComment(state)).toMatch(/^<!-- nix-vps update-flake-pr [\w-]+ -->$/)
  })

  test('is what the first comment says, even if that is nothing', () => {
    const other = { ...STATE, head: 'c'.repeat(40) }
    expect(stateIn(`${stateComment(state)}\n${stateComment(other)}`)).toEqual(state)
    expect(stateIn(`<!-- nix-vps update-flake-pr -->\n${stateComment(other)}`)).toBeUndefined()
    expect(stateIn(`<!-- nix-vps update-flake-pr ? -->\n${stateComment(other)}`)).toBeUndefined()
  })

  test('begins a line: elsewhere it is part of what others say', () => {
    const name = stateComment({ ...STATE, head: 'c'.repeat(40) })
    expect(stateIn(`inputs."${name}"`)).toBeUndefined()
    expect(stateIn(`inputs."${name}"\n${stateComment(state)}`)).toEqual(state)
  })

  test('keeps to a size, and forgets the last of too many inputs', () => {
    const proposed = Array.from({ length: 1_000 }, (_, at) => ({ ...PROPOSED, input: `input-${at}` }))
    const comment = stateComment({ ...STATE, proposed })
    expect(comment.length).toBeLessThan(17_000)
    const kept = stateIn(comment)?.proposed ?? []
    expect(kept.length).toBeGreaterThan(100)
    expect(kept).toEqual(proposed.slice(0, kept.length))
  })
})

describe('what somebody else wrote is no state', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['another comment', '<!-- nix-vps garnix-wait a -->'],
    ['an open comment', stateComment(STATE).slice(0, -4)],
    ['no JSON', encoded('{')],
    ['a list', encoded([STATE])],
    ['another version', encoded({ ...STATE, version: 2 })],
    ['a version in words', encoded({ ...STATE, version: '1' })],
    ['a short head', encoded({ ...STATE, head: 'abc' })],
    ['a head with a line behind it', encoded({ ...STATE, head: `${NEW}\n` })],
    ['no head', encoded({ ...STATE, head: undefined })],
    ['a number as digest', encoded({ ...STATE, digest: 1 })],
    ['a short digest', encoded({ ...STATE, digest: 'd'.repeat(63) })],
    ['nothing proposed', encoded({ ...STATE, proposed: undefined })],
    ['an object proposed', encoded({ ...STATE, proposed: { length: 0 } })],
    ['a word proposed', encoded({ ...STATE, proposed: ['nixpkgs'] })],
    ['an input without a rev', encoded({ ...STATE, proposed: [PROPOSED, { flake: '.', input: 'a' }] })],
    ['an input with a number', encoded({ ...STATE, proposed: [{ ...PROPOSED, input: 7 }] })],
  ])('%s', (_, body) => {
    expect(stateIn(body)).toBeUndefined()
  })

  test('fields of a later version do no harm', () => {
    const later = encoded({ ...STATE, more: 1, proposed: [{ ...PROPOSED, more: 1 }] })
    expect(stateIn(later)).toEqual({ ...STATE, proposed: [PROPOSED] })
  })
})
