import { describe, expect, test } from '@jest/globals'
import { groupsOf, only } from '../../actions/update-flake-pr/groups.ts'
import { failuresOf, statusOf, type Outcome, type Status } from '../../actions/update-flake-pr/outcome.ts'

const CHOSEN = new Map([
  ['.', ['nixpkgs', 'disko']],
  ['nix', ['nixpkgs']],
])

describe('pull requests', () => {
  test('are one for all', () => {
    expect(groupsOf('none', 'bot', CHOSEN)).toEqual([{ branch: 'bot', inputs: [], chosen: CHOSEN }])
  })

  test('are one for each input, whatever flakes have it', () => {
    expect(groupsOf('input', 'bot', CHOSEN)).toEqual([
      {
        branch: 'bot/nixpkgs',
        inputs: ['nixpkgs'],
        chosen: new Map([
          ['.', ['nixpkgs']],
          ['nix', ['nixpkgs']],
        ]),
      },
      {
        branch: 'bot/disko',
        inputs: ['disko'],
        chosen: new Map([
          ['.', ['disko']],
          ['nix', []],
        ]),
      },
    ])
  })

  test('can be without some inputs of some flakes', () => {
    expect(only(CHOSEN, (flake, input) => flake === '.' && input !== 'disko')).toEqual(
      new Map([
        ['.', ['nixpkgs']],
        ['nix', []],
      ]),
    )
  })
})

const outcome = (status: Status, more: Partial<Outcome> = {}): Outcome => ({
  ...{ status, words: '', branch: 'bot', inputs: [], updates: [], problems: [], ...more },
})

describe('the status of a run', () => {
  test.each<[Status, Status[]]>([
    ['up-to-date', []],
    ['unchanged', ['up-to-date', 'unchanged']],
    ['created', ['unchanged', 'updated', 'created']],
    ['closed', ['kept', 'closed']],
    ['suppressed', ['up-to-date', 'suppressed']],
    ['failed', ['created', 'failed']],
    ['dry-run', ['unchanged', 'dry-run', 'kept']],
    ['failed', ['dry-run', 'failed']],
  ])('is %s of %j', (status, all) => {
    expect(statusOf(all.map((one) => outcome(one)))).toBe(status)
  })
})

test('an input that failed for two pull requests is told once', () => {
  const update = { flake: 'nix', failed: [{ input: 'a', words: 'is gone' }] } as never
  const outcomes = [outcome('created', { updates: [update] }), outcome('failed', { updates: [update] })]
  expect(failuresOf(outcomes)).toEqual(['a (nix): is gone'])
})
