import { describe, expect, test } from '@jest/globals'
import { bodyOf } from '../../actions/update-flake-pr/body.ts'
import type { Change, Proposal } from '../../actions/update-flake-pr/facts.ts'
import { stateComment, stateIn } from '../../actions/update-flake-pr/state.ts'
import {
  added,
  flake,
  historiesOf,
  history,
  input,
  NEW,
  proposal,
  removed,
  STATE,
  updated,
} from './bodyscene.ts'

const OPTIONS = { state: STATE, serverUrl: 'https://github.com' }

function bodyWith(changes: readonly Change[], fields: Partial<Proposal> = {}): string {
  return bodyOf(proposal([flake(changes)], fields), OPTIONS)
}

function titlesIn(body: string): readonly string[] {
  return [...body.matchAll(/^#### (.*)$/gm)].map(([, title = '']) => title)
}

describe('the body begins with what it does', () => {
  test.each<[readonly Change[], string]>([
    [[updated('a')], 'updates 1 input'],
    [[updated('a'), updated('b'), updated('a/b')], 'updates 2 inputs'],
    [[removed('c'), added('a'), updated('b')], 'removes 1 input, adds 1 input, updates 1 input'],
    [[{ ...updated('a'), kind: 'retargeted' }], 'retargets 1 input'],
    [[updated('a/b'), updated('a/c')], 'changes 2 transitive inputs'],
  ])('%#: %s', (changes, words) => {
    expect(bodyWith(changes).split('\n')[0]).toBe(`This pull request ${words}. Ages are as of 2026-11-23.`)
  })

  test('and with what it does not', () => {
    const failing = flake([updated('a')], { failed: [{ input: 'b', words: 'no.' }] })
    const body = bodyOf(proposal([failing], { nowS: 0 }), OPTIONS)
    expect(body.split('\n')[0]).toBe('This pull request updates 1 input. **1 input could not be updated.**')
  })
})

describe('the body', () => {
  const words = [{ input: 'x', words: 'because.' }]
  const inputs = new Map([
    ['a', { ...input('a'), locked: { ...input('a').original, lastModified: 1 } as never }],
  ])
  const all = flake([updated('a'), updated('b'), updated('a/b')], {
    ...{ failed: words, heldBack: words, cooled: words, suppressed: words, after: { version: 7, inputs } },
  })
  const historyOf = historiesOf({
    a: history(['CVE-2026-1234'], { relation: 'behind' }),
    b: { problem: 'no.' },
  })
  const body = bodyOf(proposal([all], { historyOf }), {
    ...OPTIONS,
    runUrl: 'https://github.com/o/r/actions/runs/1',
  })

  test('has its sections in the order in which they matter', () => {
    expect(body.indexOf('| Input |')).toBeLessThan(body.indexOf('1 transitive input'))
    expect(body.indexOf('1 transitive input')).toBeLessThan(body.indexOf('####'))
    expect(titlesIn(body)).toEqual([
      ...['Could not be updated', 'Moved without being asked', 'Held by the cooldown', 'Not proposed again'],
      ...['Look twice', 'Advisories that the commits mention, not verified', 'Commits', 'No list of commits'],
      ...['Advice', 'How its checks start'],
    ])
  })

  test('ends with the run and the state', () => {
    const run = 'Made by <a href="https://github.com/o/r/actions/runs/1">this run</a>.\n'
    expect(body.endsWith(`\n\n${run}\n${stateComment(STATE)}`)).toBe(true)
  })

  test('has no sections that would be empty', () => {
    expect(titlesIn(bodyWith([updated('a')]))).toEqual(['How its checks start'])
    expect(bodyWith([updated('a')])).not.toContain('Made by')
  })
})

describe('a body that would be too long', () => {
  const changes = Array.from({ length: 300 }, (_, at) => updated(`input-${at}`, { repo: `r${at}` }))
  const transitive = Array.from({ length: 500 }, (_, at) => updated(`a/input-${at}`))
  const words = Array.from({ length: 200 }, (_, at) => ({ input: `w${at}`, words: 'why '.repeat(200) }))
  const its = history(Array.from({ length: 300 }, (_, at) => `Fix CVE-2026-${1_000 + at} @octocat`))
  const proposed = changes.map(({ path }) => ({ flake: '.', input: path, rev: NEW }))
  const full = flake([...changes, ...transitive], {
    failed: words,
    heldBack: words,
    cooled: words,
    suppressed: words,
  })
  const body = bodyOf(proposal([full], { historyOf: () => its }), {
    ...OPTIONS,
    state: { ...STATE, proposed },
  })

  test('is as long as GitHub takes it', () => {
    expect(body.length).toBeLessThanOrEqual(65_000)
    expect(body.length).toBeGreaterThan(55_000)
  })

  test('has every root input', () => {
    expect(changes.filter(({ path }) => !body.includes(`<code>${path}</code>`))).toEqual([])
  })

  test('has something of every section, and its state', () => {
    expect(titlesIn(body)).toEqual([
      ...['Could not be updated', 'Moved without being asked', 'Held by the cooldown', 'Not proposed again'],
      ...['Advisories that the commits mention, not verified', 'Commits', 'How its checks start'],
    ])
    expect(body).toContain('500 transitive inputs')
    expect(stateIn(body)?.digest).toBe(STATE.digest)
  })

  test('of ten inputs has commits of each', () => {
    const ten = changes.slice(0, 10)
    const markdown = bodyWith(ten, { historyOf: () => its })
    expect(markdown.length).toBeLessThanOrEqual(65_000)
    expect(
      ten.filter(({ path }) => !markdown.includes(`<summary><code>${path}</code>: 300 commits`)),
    ).toEqual([])
    expect(markdown.match(/more commits/g)).toHaveLength(10)
  })
})
