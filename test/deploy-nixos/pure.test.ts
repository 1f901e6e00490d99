import { describe, expect, test } from '@jest/globals'
import { annotationOf } from '../../actions/deploy-nixos/annotations.ts'
import { newFacts } from '../../actions/deploy-nixos/facts.ts'
import { parseInputs } from '../../actions/deploy-nixos/inputs.ts'
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
