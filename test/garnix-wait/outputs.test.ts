import { describe, expect, test } from '@jest/globals'
import { outputsOf } from '../../actions/garnix-wait/outputs.ts'
import { MAX_OUTPUT } from '../../actions/shared/fit.ts'
import { manifestOf } from '../support/manifest.ts'
import { changed, configuration, facts, found, missed, SHA, SYSTEM } from './findings.ts'
import { storePath } from '../support/binarycache.ts'

const READY = { status: 'ready', durationMs: 61_499 } as const

const parsed = (values: Readonly<Record<string, string>>, name: string): unknown =>
  JSON.parse(values[name] ?? '')

describe('the outputs', () => {
  test('are those of the manifest, whatever is known', () => {
    const names = Object.keys(manifestOf('garnix-wait').outputs).sort()
    expect(Object.keys(outputsOf(facts([]), READY).values).sort()).toEqual(names)
    expect(Object.keys(outputsOf(facts([configuration()]), READY).values).sort()).toEqual(names)
  })

  test('say everything by configuration', () => {
    const comparison = changed(SYSTEM, [found('nginx-1.22')], [found('nginx-1.24')])
    const compared = configuration({ comparison })
    const { values, problems } = outputsOf(
      facts([compared, configuration({ name: 'web', buildUrl: undefined })]),
      READY,
    )
    expect(problems).toEqual([])
    expect(values).toEqual({
      status: 'ready',
      sha: SHA,
      'store-paths': `{"vps-arm":"${SYSTEM}","web":"${SYSTEM}"}`,
      'build-url': '{"vps-arm":"https://garnix.example/build/B5aPM2pB"}',
      'closure-paths': '{"vps-arm":2,"web":2}',
      'download-size': '{"vps-arm":800,"web":800}',
      'unpacked-size': '{"vps-arm":2000,"web":2000}',
      'closure-diff':
        '{"vps-arm":{"added":[],"removed":[],"changed":[{"name":"nginx","from":["1.22"],"to":["1.24"],' +
        '"sizeBytes":{"from":1000,"to":1000}}],"sizeBytes":{"from":1000,"to":1000}}}',
      recorded: 'false',
      missing: '[]',
      duration: '61',
    })
  })

  test('give no sizes of a part of a closure, and say what is missing once', () => {
    const closure = { found: [found('a-1')], missing: [missed('b-1', ['r', 'a-1']), missed('c-1')] }
    const other = { found: [], missing: [missed('b-1', ['other'])] }
    const { values } = outputsOf(
      facts([configuration({ closure }), configuration({ name: 'web', closure: other })]),
      { status: 'missing', durationMs: 0 },
    )
    expect(parsed(values, 'closure-paths')).toEqual({})
    expect(parsed(values, 'download-size')).toEqual({})
    expect(parsed(values, 'missing')).toEqual([
      { path: storePath('b-1'), neededBy: [storePath('r'), storePath('a-1')] },
      { path: storePath('c-1'), neededBy: [] },
    ])
  })

  test('do not say that nothing is missing where no cache was looked at', () => {
    const unseen = configuration({ closure: undefined, storePath: undefined })
    expect(outputsOf(facts([unseen], { caches: [] }), READY).values).toMatchObject({
      missing: '',
      'store-paths': '{}',
      'closure-paths': '{}',
    })
  })

  test('keep any name as it is', () => {
    const names = ['__proto__', '10', '2', '-', 'a"b']
    const { values } = outputsOf(facts(names.map((name) => configuration({ name }))), READY)
    expect(values['closure-paths']).toBe('{"__proto__":2,"10":2,"2":2,"-":2,"a\\"b":2}')
  })

  test('are cut where they would be too large, each configuration by the same measure, and that is said', () => {
    const many = Array.from({ length: 3_000 }, (_, at) => found(`p${at}x-1.0`))
    const compared = changed(SYSTEM, [], many)
    const lost = { found: [], missing: many.map((_, at) => missed(`lost-${at}`, ['a', 'b'])) }
    const { values, problems } = outputsOf(
      facts([
        configuration({ comparison: compared, closure: lost }),
        configuration({ name: 'web', comparison: compared }),
      ]),
      READY,
    )
    for (const name of ['missing', 'closure-diff']) {
      const bytes = Buffer.byteLength(values[name] ?? '')
      expect(bytes).toBeLessThanOrEqual(MAX_OUTPUT)
      expect(bytes).toBeGreaterThan(MAX_OUTPUT - 500)
    }
    const diffs = parsed(values, 'closure-diff') as Record<string, { added: []; omitted: number }>
    expect(diffs['vps-arm']?.added.length).toBeGreaterThan(300)
    expect(diffs['vps-arm']?.omitted).toBe(3_000 - (diffs['vps-arm']?.added.length ?? 0))
    expect(diffs['web']).toEqual({
      ...diffs['vps-arm'],
      added: expect.anything() as unknown,
      omitted: expect.any(Number) as unknown,
    })
    const left = (parsed(values, 'missing') as []).length
    expect(problems).toEqual([
      `The output 'missing' would be too large: ${3_000 - left} entries are left out of it. The log has them.`,
      expect.stringMatching(/^The output 'closure-diff' would be too large: \d+ entries/),
    ])
  })
})
