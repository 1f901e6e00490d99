import { describe, expect, test } from '@jest/globals'
import { commentOf } from '../../actions/garnix-wait/commentbody.ts'
import { storePath } from '../support/binarycache.ts'
import { changed, configuration, facts, found, missed, READY } from './findings.ts'

const OLD = storePath('nixos-system-vps-25.11')
const compared = configuration({
  comparison: changed(OLD, [found('nginx-1.22')], [found('nginx-1.24')]),
})

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

  const many = (length: number) => Array.from({ length }, (_, at) => found(`${'x'.repeat(190)}${at}y-1`))
  const several = (count: number) =>
    facts(
      Array.from({ length: count }, (_, at) =>
        configuration({ name: `c${at}`, comparison: changed(OLD, [], many(120)) }),
      ),
    )

  test.each([
    [1, 100],
    [4, 50],
    [9, 25],
    [40, 5],
    [100, 0],
  ])('of %i configurations has %i packages of each, whatever GitHub takes', (count, packages) => {
    const { body } = commentOf(several(count), READY)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    expect(body.match(/^\| <code>x/gm) ?? []).toHaveLength(count * packages)
    const more = packages === 0 ? '120 packages are in the log.' : `${120 - packages} more are in the log.`
    expect(body.split(more)).toHaveLength(count + 1)
  })

  test('is cut where there is no other way', () => {
    const { body } = commentOf(several(300), READY)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    expect(body).toContain('was longer than GitHub shows')
  })
})
