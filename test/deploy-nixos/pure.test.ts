import { describe, expect, test } from '@jest/globals'
import { annotationOf } from '../../actions/deploy-nixos/annotations.ts'
import { closureSentence, formatBytes, packageWords } from '../../actions/deploy-nixos/changes.ts'
import { newFacts } from '../../actions/deploy-nixos/facts.ts'
import { parseInputs } from '../../actions/deploy-nixos/inputs.ts'
import { parseInstant } from '../../actions/shared/instant.ts'
import { EMPTY_LEDGER, recorded } from '../../actions/deploy-nixos/ledger.ts'
import { deployIdOf, isDeployId, requests } from '../../actions/deploy-nixos/request.ts'
import { parseStatus } from '../../actions/deploy-nixos/status.ts'
import { countingRandom, reading } from '../support/fakes.ts'
import { inputsWith, REV } from './scene.ts'

describe('the id of a deploy', () => {
  test.each([
    ['1658821493', '1', '1658821493-1-0000000000000000'],
    ['', '', '0-0-0000000000000000'],
    ['12 34; rm', 'x2', '1234-2-0000000000000000'],
    ['9'.repeat(80), '8'.repeat(80), `${'9'.repeat(20)}-${'8'.repeat(20)}-0000000000000000`],
  ])('of run %p, attempt %p', (runId, attempt, id) => {
    expect(deployIdOf({ runId, attempt }, countingRandom())).toBe(id)
    expect(isDeployId(id)).toBe(true)
  })
})

test('of a host that warns without end, the first thousand warnings are kept', () => {
  let ledger = EMPTY_LEDGER
  for (let seq = 0; seq < 1_200; seq++)
    ledger = recorded(ledger, { type: 'warning', seq, time: '', text: `warning ${seq}`, dropped: undefined })
  expect(ledger.warnings).toHaveLength(1_000)
  expect(ledger.warnings.at(-1)).toBe('warning 999')
})

test('a request is what the protocol says', () => {
  const request = {
    id: 'abcdefgh',
    rev: REV,
    mode: 'switch',
    confirmSeconds: 90,
    timeoutSeconds: 1680,
  } as const
  expect(requests.deploy(request)).toBe(`deploy abcdefgh ${REV} switch 90 1680`)
  expect(requests.attach('abcdefgh', 12)).toBe('attach abcdefgh 12')
})

describe('an instant', () => {
  test.each([
    '1970-01-01T00:00:00Z',
    '2000-02-29T23:59:59.5Z',
    '2024-02-29T00:00:00.001Z',
    '2024-03-01T12:34:56.789Z',
    '2025-12-31T23:59:59.999Z',
    '2026-01-01T00:00:00Z',
    '2100-03-01T00:00:00Z',
  ])('%s is as far from another as Date says', (text) => {
    const other = '2026-11-23T03:00:00Z'
    expect(parseInstant(text) - parseInstant(other)).toBe(Date.parse(text) - Date.parse(other))
  })

  test.each(['', 'now', '2026-11-23', '2026-11-23T03:00:00+01:00'])('%p is none', (text) => {
    expect(parseInstant(text)).toBeNaN()
  })
})

describe('an annotation', () => {
  const title = 'Nix evaluation error'
  test.each([
    [
      { file: 'nix/flake.nix', line: 3, column: 7 },
      { title, file: 'nix/flake.nix', startLine: 3, startColumn: 7 },
    ],
    [
      { file: 'flake.nix', line: 3, column: undefined },
      { title, file: 'flake.nix', startLine: 3 },
    ],
    [
      { file: 'flake.nix', line: undefined, column: 7 },
      { title, file: 'flake.nix' },
    ],
    [
      { file: 'flake.nix', line: 0, column: 1.5 },
      { title, file: 'flake.nix' },
    ],
    [
      { file: 'flake.nix', line: 1, column: -1 },
      { title, file: 'flake.nix', startLine: 1 },
    ],
    [{ file: '/etc/passwd', line: 1, column: 1 }, { title }],
    [{ file: 'nix/../../x', line: 1, column: 1 }, { title }],
    [{ file: '', line: 1, column: 1 }, { title }],
  ])('of %j', (error, annotation) => {
    expect(annotationOf({ ...error, message: '' })).toEqual(annotation)
  })
})

describe('sizes and versions', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [1_234_567, '1.2 MB'],
    [2_500_000_000, '2.5 GB'],
    [7e12, '7 TB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words)
  })

  test('a package without a version says so', () => {
    const sizeBytes = { from: 3_000, to: 1_000 }
    const diff = {
      added: [],
      removed: [],
      changed: [{ name: 'etc', from: [], to: [''], sizeBytes }],
      sizeBytes,
    }
    expect(packageWords(diff)).toEqual([{ name: 'etc', from: 'no version', to: 'no version', size: '−2 kB' }])
    expect(closureSentence(diff)).toBe('1 changed, 0 added, 0 removed, 3 kB → 1 kB (−2 kB)')
  })
})

test('a status may say nothing', () => {
  expect(parseStatus('')).toBeUndefined()
  expect(parseStatus('{}')).toEqual({ booted: '', bootId: '', trial: '' })
})

describe('the command that looks at the host', () => {
  const sshTo = (given: Readonly<Record<string, string>>) =>
    newFacts(
      { id: 'abcdefgh', rev: REV, mode: 'switch', confirmSeconds: 90, timeoutSeconds: 1680 },
      parseInputs(reading(inputsWith(given))),
    ).ssh

  test.each([
    [{}, 'ssh deploy@example.org'],
    [{ port: '2222', user: 'me' }, 'ssh -p 2222 me@example.org'],
    [
      { 'jump-host': 'jump.example', 'jump-port': '99', 'jump-host-fingerprint': `SHA256:${'A'.repeat(43)}` },
      'ssh -J deploy@jump.example:99 deploy@example.org',
    ],
  ])('with %j', (given, words) => {
    expect(sshTo(given)).toBe(words)
  })
})
