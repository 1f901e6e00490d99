import { describe, expect, test } from '@jest/globals'
import { closureDiffOf } from '../../actions/garnix-wait/closurediff.ts'
import { comparisonOf } from '../../actions/garnix-wait/comparison.ts'
import type { Comparison } from '../../actions/garnix-wait/facts.ts'
import { summaryOf } from '../../actions/garnix-wait/report.ts'
import { sizesOf } from '../../actions/garnix-wait/sizes.ts'
import { storePath } from '../support/binarycache.ts'
import {
  changed,
  COMMITS,
  configuration,
  facts,
  found,
  missed,
  READY,
  SHA,
  SYSTEM,
  whole,
} from './findings.ts'

const OLD = storePath('nixos-system-vps-25.11')
const GIVEN = { path: OLD, commit: undefined }

const summary = (comparison: Comparison): string =>
  summaryOf(facts([configuration({ comparison })]), READY, 0)

describe('a comparison', () => {
  const one = whole([found('a-1')])
  const part = { found: [], missing: [missed('b')] }

  test('of two whole closures is their difference', () => {
    const now = whole([found('a-1'), found('b-2'), found('b-2-doc', { fileSize: undefined })])
    expect(comparisonOf(GIVEN, { root: SYSTEM, old: one, now })).toEqual({
      with: GIVEN,
      diff: closureDiffOf(one.found, now.found),
      rebuilt: [],
      fresh: sizesOf(now.found.slice(1)),
      reboot: undefined,
    })
  })

  test.each([
    [{ old: part, now: one }, 'a path of it cannot be fetched'],
    [
      { old: { found: [], missing: [missed('b'), missed('c')] }, now: one },
      '2 paths of it cannot be fetched',
    ],
    [{ old: one, now: part }, 'the new closure is not complete'],
  ])('with a part of one is none, and that is said', (closures, why) => {
    const comparison = comparisonOf(GIVEN, { root: SYSTEM, ...closures })
    expect(comparison).toEqual({ with: GIVEN, why })
    expect(summary(comparison)).toContain(
      `#### Changes of vps-arm\n\nNot compared with <code>${OLD}</code>: ${why}.\n`,
    )
  })

  test('with nothing says why', () => {
    expect(summary({ with: undefined, why: 'no commit has a *closure* yet' })).toContain(
      '#### Changes of vps-arm\n\nNot compared: no commit has a &#42;closure&#42; yet.\n',
    )
  })
})

describe('the section of a comparison', () => {
  test('says that nothing changes, and where the closure is from', () => {
    const same = [found('nixos-system-vps-26.05')]
    const comparison = { ...changed(SYSTEM, same, same), with: { path: SYSTEM, commit: SHA } }
    expect(summary(comparison)).toContain(
      `Nothing changes: this is the very same system, compared with <a href="${COMMITS}${SHA}">95a89711a27f</a>, <code>${SYSTEM}</code>.\n`,
    )
  })

  test('says what is to be downloaded', () => {
    const [a, b, c] = [found('a-1'), found('b-1'), found('c-1', { fileSize: undefined })]
    expect(summary(changed(OLD, [a, b], [a]))).toContain('(−1 kB). Nothing to download.\n')
    expect(summary(changed(OLD, [], [a]))).toContain('. A new path, 400 B to download.\n')
    expect(summary(changed(OLD, [a], [a, b, c]))).toContain('. 2 new paths, at least 400 B to download.\n')
  })

  test('names what is built anew, as far as anybody reads it', () => {
    const names = Array.from({ length: 22 }, (_, at) => `p${String(at).padStart(2, '0')}`)
    const again = names.map((name) => ({ ...found(name), path: storePath(`other-${name}`) }))
    const markdown = summary({ ...changed(OLD, [], again), rebuilt: names })
    expect(markdown).toContain('\nBuilt anew, with the same version: <code>p00</code>, <code>p01</code>, ')
    expect(markdown).toContain('<code>p19</code>, and 2 more.\n')
    expect(summary({ ...changed(OLD, [], again), rebuilt: ['etc'] })).toContain(': <code>etc</code>.\n')
  })

  test('says whether a boot is needed, and what cannot be seen', () => {
    const saying = (reasons: readonly string[], isAllSeen: boolean) =>
      summary({ ...changed(OLD, [], [found('a-1')]), reboot: { reasons, isAllSeen } })
    expect(saying(['kernel 6.12.3 → 6.12.5', 'firmware'], true)).toContain(
      '\n**Needs a reboot**: kernel 6.12.3 → 6.12.5, firmware.\n\n| Package',
    )
    expect(saying([], true)).toContain('\n**Needs no reboot**.\n')
    expect(saying([], false)).toContain(
      '\n**Kernel, initrd and modules stay the same**; whether kernel parameters change cannot be seen from a cache.\n',
    )
  })

  test('folds a long table', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => found(`p${at}x-1`))
    expect(summary(changed(OLD, [], many(20)))).not.toContain('<details>')
    expect(summary(changed(OLD, [], many(21)))).toMatch(
      /\n<details><summary>21 packages<\/summary>\n\n\| Package [^]*\|\n\n<\/details>\n/,
    )
  })
})
