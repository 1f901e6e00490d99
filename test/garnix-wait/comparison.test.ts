import { describe, expect, test } from '@jest/globals'
import { closureDiffOf } from '../../actions/garnix-wait/closurediff.ts'
import { comparisonOf } from '../../actions/garnix-wait/comparison.ts'
import { summaryOf } from '../../actions/garnix-wait/report.ts'
import { configuration, facts, found, missed, READY } from './findings.ts'
import { storePath } from '../support/binarycache.ts'

const OLD = storePath('nixos-system-vps-25.11')

describe('a comparison', () => {
  const whole = { found: [found('a-1')], missing: [] }
  const part = { found: [], missing: [missed('b')] }

  test('of two whole closures is their difference', () => {
    expect(comparisonOf(OLD, { old: whole, now: whole })).toEqual({
      with: OLD,
      diff: closureDiffOf(whole.found, whole.found),
    })
  })

  test.each([
    [{ old: part, now: whole }, 'a path of it cannot be fetched'],
    [
      { old: { found: [], missing: [missed('b'), missed('c')] }, now: whole },
      '2 paths of it cannot be fetched',
    ],
    [{ old: whole, now: part }, 'the new closure is not complete'],
  ])('with a part of one is none, and that is said', (closures, why) => {
    expect(comparisonOf(OLD, closures)).toEqual({ with: OLD, why })
    const compared = configuration({ comparison: { with: OLD, why } })
    expect(summaryOf(facts([compared]), READY, 0)).toContain(
      `#### Changes of vps-arm\n\nNot compared with <code>${OLD}</code>: ${why}.\n`,
    )
  })
})
