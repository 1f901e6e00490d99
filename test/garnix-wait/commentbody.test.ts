import { describe, expect, test } from '@jest/globals'
import { closureDiffOf } from '../../actions/garnix-wait/closurediff.ts'
import { commentOf } from '../../actions/garnix-wait/commentbody.ts'
import { configuration, facts, found, missed, READY, SYSTEM } from './findings.ts'

const diff = closureDiffOf([found('nginx-1.22')], [found('nginx-1.24')])
const compared = configuration({ comparison: { with: SYSTEM, diff } })

describe('the text of the comment', () => {
  test('has the marker, the outcome and what changes', () => {
    const { marker, body, isWorthMaking } = commentOf(facts([compared]), READY)
    expect(body.split('\n').slice(0, 2)).toEqual([
      '<!-- nix-vps garnix-wait vps-arm -->',
      '### ✅ Everything can be fetched: <code>95a89711a27f</code> of vps-arm',
    ])
    expect(body.startsWith(marker)).toBe(true)
    expect(body).toContain('#### Changes of vps-arm\n')
    expect(body).toContain('| <code>nginx</code> |')
    expect(body).not.toContain(READY.sentence)
    expect(isWorthMaking).toBe(true)
  })

  test('says why it is red', () => {
    const closure = { found: [], missing: [missed('a')] }
    const { body, isWorthMaking } = commentOf(facts([configuration({ closure })]), {
      ...READY,
      status: 'missing',
      sentence: 'A path is *missing*.',
    })
    expect(body).toContain('\nA path is &#42;missing&#42;.\n')
    expect(isWorthMaking).toBe(false)
  })

  test('is the same however long it took, and begins the same in whatever order', () => {
    const later = { queuedMs: 5, completeMs: 9 }
    const [one, other] = [compared, configuration({ name: 'web' })]
    expect(commentOf(facts([{ ...one, moments: later }, other], { warnings: ['slow'] }), READY)).toEqual(
      commentOf(facts([one, other]), READY),
    )
    expect(commentOf(facts([other, one]), READY).marker).toBe(commentOf(facts([one, other]), READY).marker)
  })

  test('has a marker that no name can end, or make into that of others', () => {
    const { marker } = commentOf(
      facts([configuration({ name: '--> <b>' }), configuration({ name: 'a b' })]),
      READY,
    )
    expect(marker).toBe('<!-- nix-vps garnix-wait --%3E%20%3Cb%3E a%20b -->')
  })

  test('is never longer than GitHub takes', () => {
    const many = Array.from({ length: 300 }, (_, at) => found(`${'x'.repeat(190)}${at}y-1`))
    const large = { with: SYSTEM, diff: closureDiffOf([], many) }
    const names = ['a', 'b', 'c', 'd', 'e']
    const { body } = commentOf(facts(names.map((name) => configuration({ name, comparison: large }))), READY)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    expect(Buffer.byteLength(body)).toBeGreaterThan(60_000)
    expect(body).toContain('200 more are in the log.')
  })
})
