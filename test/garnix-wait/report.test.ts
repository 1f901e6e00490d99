import { describe, expect, test } from '@jest/globals'
import { byHand } from '../../actions/garnix-wait/byhand.ts'
import { isGreen } from '../../actions/garnix-wait/ending.ts'
import { badInputsSummary, summaryOf } from '../../actions/garnix-wait/report.ts'
import { parseInstant } from '../../actions/shared/instant.ts'
import { changed, configuration, facts, found, missed, READY, SHA, SYSTEM } from './findings.ts'
import { storePath } from '../support/binarycache.ts'

const OLD = storePath('nixos-system-vps-25.11')

/** The cells of each row of the table below a heading. */
function rowsBelow(title: string, markdown: string): readonly (readonly string[])[] {
  const [, part = ''] = markdown.split(`#### ${title}\n`)
  const lines = part.split('#### ')[0]?.split('\n') ?? []
  return lines.filter((line) => line.startsWith('| ')).map((line) => line.slice(2, -2).split(' | '))
}

describe('the summary', () => {
  test('says in its first lines how it ended', () => {
    const ending = { ...READY, details: ['The CI had not begun.'], hint: 'Nothing to do.' }
    expect(
      summaryOf(facts([configuration()]), ending, 65_000)
        .split('\n')
        .slice(0, 8),
    ).toEqual([
      '### ✅ Everything can be fetched: <code>95a89711a27f</code> of vps-arm',
      '',
      'Everything is there.',
      '',
      'The CI had not begun.',
      '',
      'Nothing to do.',
      '',
    ])
    expect(summaryOf(facts([configuration()]), ending, 65_000)).toContain(
      `Commit <code>${SHA}</code>, waited for 1 min 5 s.\n`,
    )
  })

  test.each([
    ['ready', '✅ Everything can be fetched'],
    ['built', '✅ Built'],
    ['failed', '❌ Failed'],
    ['missing', '❌ Not everything can be fetched'],
    ['timed-out', '❌ Out of time'],
  ] as const)('of %s is titled %s', (status, title) => {
    const markdown = summaryOf(facts([]), { ...READY, status }, 0)
    expect(markdown.startsWith(`### ${title}: <code>95a89711a27f</code>\n`)).toBe(true)
    expect(isGreen(status)).toBe(title.startsWith('✅'))
  })

  test('says how to deploy by hand what may be deployed', () => {
    const failed = { ...READY, status: 'failed' } as const
    expect(summaryOf(facts([configuration()]), READY, 0)).toContain(
      `\n\n\`\`\`sh\n${byHand(SYSTEM)}\n\`\`\`\n`,
    )
    expect(summaryOf(facts([configuration()]), failed, 0)).not.toContain('Deploy by hand')
  })

  test('names no configuration that has no name', () => {
    const markdown = summaryOf(facts([configuration({ name: '-' })]), READY, 0)
    expect(markdown.split('\n')[0]).toBe('### ✅ Everything can be fetched: <code>95a89711a27f</code>')
  })

  test('has what each configuration is, and what each cache gives of all of them together', () => {
    const web = configuration({
      name: 'web',
      buildUrl: undefined,
      closure: { found: [found('nginx-1.24'), found('web', { fileSize: undefined, cache: 1 })], missing: [] },
    })
    const unseen = configuration({ name: 'unseen', closure: undefined })
    const markdown = summaryOf(facts([configuration(), web, unseen]), READY, 0)
    expect(markdown).toContain(
      `| <code>vps-arm</code> | <code>${SYSTEM}</code> | 2 | 800 B | 2 kB | <a href="https://garnix.example/build/B5aPM2pB">build</a> |\n`,
    )
    expect(markdown).toContain(
      `| <code>web</code> | <code>${SYSTEM}</code> | 2 | at least 400 B | 2 kB |  |\n`,
    )
    expect(rowsBelow('Caches', markdown).slice(2)).toEqual([
      ['<code>https&#58;//cache.nixos.org</code>', '1', '400 B', '1 kB'],
      ['<code>https&#58;//cache.example.org</code>', '2', 'at least 400 B', '2 kB'],
    ])
  })

  test('names who needs what is missing, and what each cache says', () => {
    const closure = {
      found: [found('nginx-1.24')],
      missing: [missed('b', ['_system_', 'etc']), missed('root')],
    }
    const markdown = summaryOf(facts([configuration({ closure })]), { ...READY, status: 'missing' }, 0)
    const path = (name: string) => `<code>${storePath(name)}</code>`
    const reasons = [
      '  - <code>https&#58;//cache.nixos.org</code>: it answers 404\n',
      '  - <code>https&#58;//cache.example.org</code>: it is signed by other-1 alone\n',
    ].join('')
    expect(markdown).toContain(
      `#### Missing\n\n- ${path('b')}, needed by etc ← &#95;system&#95;\n${reasons}- ${path('root')}\n${reasons}`,
    )
    expect(markdown).toContain('| 1 found, 2 missing |  |  |')
    expect(markdown).not.toContain('Deploy by hand')
  })

  test('keeps to a length in all it lists', () => {
    const missing = Array.from({ length: 60 }, (_, at) => missed(`lost-${at}`, Array(30).fill('deep')))
    const comparison = changed(
      OLD,
      [],
      Array.from({ length: 250 }, (_, at) => found(`p${at}-1`)),
    )
    const markdown = summaryOf(
      facts([configuration({ closure: { found: [], missing }, comparison })]),
      { ...READY, status: 'missing' },
      0,
    )
    expect(markdown).toContain(storePath('lost-49'))
    expect(markdown).not.toContain(storePath('lost-50'))
    expect(markdown).toContain('\n10 more are in the log.\n')
    expect(markdown).toContain('\n50 more are in the log.\n')
    expect(markdown).toContain(`needed by ${Array(6).fill('deep').join(' ← ')} ← … ← deep`)
    expect(markdown.match(/deep/g)).toHaveLength(50 * 12)
  })

  test('says that no cache was looked at', () => {
    const unseen = configuration({ closure: undefined, storePath: undefined })
    const markdown = summaryOf(facts([unseen], { caches: [] }), { ...READY, status: 'built' }, 0)
    expect(markdown).toContain('No cache was looked at')
    expect(markdown).toContain('| <code>vps-arm</code> | not known |  |  |  |')
    expect(markdown).not.toContain('#### Caches')
    expect(summaryOf(facts([unseen]), READY, 0)).not.toContain('No cache was looked at')
  })

  test('has a timeline of what was seen', () => {
    const queuedMs = parseInstant('2026-11-23T13:00:00Z')
    const moments = { queuedMs, greenMs: queuedMs + 90_000 }
    const markdown = summaryOf(facts([configuration({ moments }), configuration({ name: 'web' })]), READY, 0)
    expect(rowsBelow('Timeline', markdown)).toEqual([
      ['UTC', 'Queued', 'Built', 'Green', 'Cache complete'],
      ['---', '---', '---', '---', '---'],
      ['<code>vps-arm</code>', '13:00:00', '', '13:01:30 (+1 min 30 s)', ''],
    ])
    expect(summaryOf(facts([configuration()]), READY, 0)).not.toContain('Timeline')
  })

  test('says what changes', () => {
    const comparison = changed(OLD, [found('nginx-1.22')], [found('nginx-1.24', { narSize: 3_000 })])
    const compared = configuration({ comparison })
    const markdown = summaryOf(facts([compared, { ...compared, name: '-' }]), READY, 0)
    const body = `Compared with <code>${OLD}</code>: 1 changed, 0 added, 0 removed, 1 kB → 3 kB (+2 kB). A new path, 400 B to download.\n`
    expect(markdown).toContain(`#### Changes of vps-arm\n\n${body}`)
    expect(markdown).toContain(`#### Changes\n\n${body}`)
    expect(markdown).toContain('| <code>nginx</code> | 1&#46;22 | 1&#46;24 | +2 kB |\n')
  })

  test('has the warnings', () => {
    expect(summaryOf(facts([], { warnings: ['Two paths: *a*'] }), READY, 0)).toContain(
      '#### Warnings\n\n- Two paths: &#42;a&#42;\n',
    )
  })

  test('of bad inputs says that nothing was done', () => {
    expect(badInputsSummary('Bad input: x.')).toBe(
      '### ❌ Nothing was waited for\n\n```\nBad input: x.\n```\n\n' +
        '[garnix-wait: what this means, and what to do](https://github.com/toxx1220/nix-vps/blob/v1/actions/garnix-wait/README.md#bad-input-)\n',
    )
  })
})
