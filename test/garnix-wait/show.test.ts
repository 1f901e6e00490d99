import { describe, expect, test } from '@jest/globals'
import { showFacts } from '../../actions/garnix-wait/show.ts'
import { RecordingLog } from '../support/fakes.ts'
import { changed, configuration, facts, found, missed, SHA, SYSTEM } from './findings.ts'
import { storePath } from '../support/binarycache.ts'

function shown(...configurations: readonly ReturnType<typeof configuration>[]): readonly string[] {
  const log = new RecordingLog()
  showFacts(facts(configurations), log)
  return log.entries.map(({ kind, text }) => `${kind} ${text.trimEnd()}`.trim())
}

describe('the log', () => {
  test('has nothing to add to a closure that is complete', () => {
    expect(shown(configuration())).toEqual([])
  })

  test('has what is missing, and all that changes', () => {
    const closure = { found: [], missing: [missed('b', ['system', 'etc']), missed('root')] }
    const comparison = {
      ...changed(SYSTEM, [found('nginx-1.22')], [found('nginx-1.24')]),
      with: { path: SYSTEM, commit: SHA },
      rebuilt: ['etc', 'unit-nginx.service'],
      reboot: { reasons: ['kernel 6.12.3 → 6.12.5'], isAllSeen: true },
    }
    const other = { ...comparison, rebuilt: [], reboot: { reasons: [], isAllSeen: true } }
    const change = [
      'info Closure: 1 changed, 0 added, 0 removed, 1 kB → 1 kB (+0 B)',
      'host nginx: 1.22 → 1.24 +0 B',
      'info A new path, 400 B to download.',
    ]
    const reasons = [
      'host   https://cache.nixos.org: it answers 404',
      'host   https://cache.example.org: it is signed by other-1 alone',
    ]
    expect(
      shown(
        configuration({ name: 'alone' }),
        configuration({ closure, comparison }),
        configuration({ name: 'db', comparison: other }),
        configuration({ name: 'web', comparison: { with: undefined, why: 'no commit has one' } }),
      ),
    ).toEqual([
      'group Missing paths: 2',
      `host ${storePath('b')} ← etc ← system`,
      ...reasons,
      `host ${storePath('root')}`,
      ...reasons,
      'endgroup',
      `group Changes of vps-arm, compared with 95a89711a27f, ${SYSTEM}`,
      ...change,
      'info Needs a reboot: kernel 6.12.3 → 6.12.5.',
      'info Built anew, with the same version:',
      'host etc',
      'host unit-nginx.service',
      'endgroup',
      `group Changes of db, compared with 95a89711a27f, ${SYSTEM}`,
      ...change,
      'info Needs no reboot.',
      'endgroup',
      'group Changes of web',
      'info There is nothing to compare: no commit has one.',
      'endgroup',
    ])
  })

  test('is not flooded', () => {
    const missing = Array.from({ length: 5_002 }, (_, at) => ({ ...missed(`lost-${at}`), reasons: [] }))
    const lines = shown(configuration({ closure: { found: [], missing } }))
    expect(lines).toHaveLength(5_003)
    expect(lines.slice(-2)).toEqual(['info 2 more are not shown.', 'endgroup'])
  })
})
