import { describe, expect, test } from '@jest/globals'
import {
  advicePart,
  advisoryPart,
  problemParts,
  riskPart,
  unlistedPart,
} from '../../actions/update-flake-pr/bodyparts.ts'
import type { Change, FlakeUpdate, LockedInput, Proposal } from '../../actions/update-flake-pr/facts.ts'
import { added, DAY_S, flake, historiesOf, history, input, NOW_S, proposal, updated } from './bodyscene.ts'

const MAX = 9_000

function words(name: string): FlakeUpdate['failed'] {
  return [{ input: name, words: `because of ${name}.` }]
}

describe('inputs that are not where they could be', () => {
  test.each([
    ['failed', 'Could not be updated'],
    ['heldBack', 'Moved without being asked'],
    ['cooled', 'Held by the cooldown'],
    ['suppressed', 'Not proposed again'],
  ] as const)('%s: %s', (kind, title) => {
    const texts = problemParts([flake([], { [kind]: words('a') })]).map((part) => part(MAX))
    expect(texts.filter((text) => text !== '')).toEqual([
      `#### ${title}\n\n- <code>a</code>: because of a.\n`,
    ])
  })

  test('are named with their flake if there are several', () => {
    const there = flake([], { flake: 'nix', failed: words('b') })
    const [failed] = problemParts([flake([], { failed: words('a') }), there])
    expect(failed?.(MAX)).toContain(
      '- <code>a</code> of <code>.</code>: because of a.\n- <code>b</code> of <code>nix</code>:',
    )
  })

  test('are counted where there is no room', () => {
    const [failed] = problemParts([
      flake([], { failed: Array.from({ length: 50 }, () => words('a')).flat() }),
    ])
    const text = failed?.(200) ?? ''
    expect(text.length).toBeLessThanOrEqual(200)
    expect(text).toMatch(/- 45 more\n$/)
    expect(failed?.(40)).toBe('')
  })

  test('keep to their room, whatever it is', () => {
    const [failed] = problemParts([
      flake([], { failed: Array.from({ length: 50 }, () => words('a')).flat() }),
    ])
    const rooms = Array.from({ length: 300 }, (_, room) => room)
    expect(rooms.filter((room) => (failed?.(room) ?? '').length > room)).toEqual([])
  })
})

describe('what to look at twice', () => {
  const riskOf = (change: Change, relation: 'unknown' | 'behind' | 'diverged' = 'unknown') =>
    riskPart(proposal([flake([change])], { historyOf: historiesOf({ a: history(['x'], { relation }) }) }))(
      MAX,
    )

  test('is nothing as a rule', () => {
    expect(riskOf(updated('a'))).toBe('')
  })

  test('is an input that goes back', () => {
    const older = updated('a', {}, { risks: ['downgrade'] })
    const title = '#### Look twice\n\n- <code>a</code>'
    expect(riskOf(older)).toBe(`${title} goes back: the new revision is older than the old one.\n`)
    expect(riskOf(older, 'behind')).toBe(
      `${title} goes back: the new revision is an ancestor of the old one.\n`,
    )
    const unseen = proposal([flake([older])])
    expect(riskPart(unseen)(MAX)).toContain('is older than')
    const problem = { ...unseen, historyOf: () => ({ problem: 'no' }) }
    expect(riskPart(problem)(MAX)).toContain('is older than')
  })

  test('is a history that was rewritten', () => {
    expect(riskOf(updated('a'), 'diverged')).toContain('</code> does not contain its old revision: ')
  })

  test('is another host or owner', () => {
    const moved = { ...updated('a', { owner: 'new' }), from: input('a', { owner: 'old' }) }
    const sources = '<code>github:old/nixpkgs</code> → <code>github:new/nixpkgs</code>'
    expect(riskOf({ ...moved, risks: ['owner'] })).toContain(`comes from another owner: ${sources}.\n`)
    expect(riskOf({ ...moved, risks: ['host'] })).toContain(`comes from another host: ${sources}.\n`)
  })

  test('is told by what is locked where flake.nix says the same as before', () => {
    const original = input('a').original
    const from = { ...input('a', { type: 'tarball', url: 'https://a.example/x' }), original }
    const to = { ...input('a', { type: 'tarball', url: 'https://b.example/x' }), original }
    const sources = '<code>https&#58;//a.example/x</code> → <code>https&#58;//b.example/x</code>'
    expect(riskOf({ ...updated('a'), from, to, risks: ['host'] })).toContain(`host: ${sources}.`)
  })

  test('is told also of an input that had nothing', () => {
    const from: LockedInput = { ...input('a'), original: undefined }
    expect(riskOf({ ...updated('a'), from, risks: ['host'] })).toContain('host: nothing → <code>github:')
  })
})

describe('advisories', () => {
  const advisoriesOf = (message: string) =>
    advisoryPart(proposal([flake([updated('a')])], { historyOf: historiesOf({ a: history([message]) }) }))(
      MAX,
    )

  test('that commits mention are listed by input', () => {
    expect(advisoriesOf('x\n\nCVE-2026-2222 and CVE-2026-1111')).toBe(
      '#### Advisories that the commits mention, not verified\n\n- <code>a</code>: CVE-2026-1111, CVE-2026-2222\n',
    )
    expect(advisoriesOf('nothing')).toBe('')
  })

  test('are counted if they are many', () => {
    const ids = Array.from({ length: 35 }, (_, at) => `CVE-2026-${1_000 + at}`)
    expect(advisoriesOf(ids.join(' '))).toMatch(/CVE-2026-1029 and 5 more\n$/)
  })
})

test('a history that could not be read is told in one sentence, of root inputs', () => {
  const historyOf = () => ({ problem: 'GitHub answered 404.' })
  expect(unlistedPart(proposal([flake([updated('a'), updated('a/b')])], { historyOf }))(MAX)).toBe(
    '#### No list of commits\n\n- <code>a</code>: GitHub answered 404.\n',
  )
  expect(unlistedPart(proposal([flake([updated('a')])]))(MAX)).toBe('')
  expect(unlistedPart(proposal([flake([updated('a')])], { historyOf: () => history(['x']) }))(MAX)).toBe('')
})

describe('advice', () => {
  const old = input('old', { repo: 'old', lastModified: NOW_S - 400 * DAY_S })
  const nested = input('a/nixpkgs')
  const inputs = new Map(
    [old, input('nixpkgs'), input('a', { owner: 'o', repo: 'a' }), nested].map((one) => [one.path, one]),
  )
  const update = flake([added('nixpkgs')], { after: { version: 7, inputs } })
  const advised = (flakes: Proposal['flakes'], max = MAX) => advicePart(proposal(flakes))(max)

  test('is sentences, and lines to paste', () => {
    const markdown = advised([update])
    expect(markdown).toMatch(/^#### Advice\n\n/)
    expect(markdown).toContain('\n\n```nix\ninputs.a.inputs.nixpkgs.follows = "nixpkgs";\n')
    expect(markdown).toContain('old (400 days).\n')
  })

  test('says whose it is if there are several flakes', () => {
    expect(advised([update, flake([])])).toContain('In <code>.</code>: ')
  })

  test('is left out where there is no room', () => {
    expect(advised([update], 100)).not.toContain('```')
    expect(advised([update], 10)).toBe('')
    expect(advised([flake([])])).toBe('')
  })
})
