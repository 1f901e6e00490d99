import { describe, expect, test } from '@jest/globals'
import { closureDiffOf } from '../../actions/garnix-wait/closurediff.ts'
import { showFacts } from '../../actions/garnix-wait/show.ts'
import { RecordingLog } from '../support/fakes.ts'
import { configuration, facts, found, missed, SYSTEM } from './findings.ts'
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
    const diff = closureDiffOf([found('nginx-1.22')], [found('nginx-1.24')])
    const reasons = [
      'host   https://cache.nixos.org: it answers 404',
      'host   https://cache.example.org: it is signed by other-1 alone',
    ]
    expect(
      shown(
        configuration({ name: 'alone' }),
        configuration({ closure, comparison: { with: SYSTEM, diff } }),
        configuration({ name: 'web', comparison: { with: SYSTEM, why: 'the caches lack a path of it' } }),
      ),
    ).toEqual([
      'group Missing paths: 2',
      `host ${storePath('b')} ← etc ← system`,
      ...reasons,
      `host ${storePath('root')}`,
      ...reasons,
      'endgroup',
      `group Changes of vps-arm, compared with ${SYSTEM}`,
      'info Closure: 1 changed, 0 added, 0 removed, 1 kB → 1 kB (+0 B)',
      'host nginx: 1.22 → 1.24 +0 B',
      'endgroup',
      `group Changes of web, compared with ${SYSTEM}`,
      'info There is nothing to compare: the caches lack a path of it.',
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
