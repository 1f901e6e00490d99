import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import type { AccessToken } from '../../actions/update-flake-pr/accesstokens.ts'
import { machinesTokens, nixConfigOf, tokensFor } from '../../actions/update-flake-pr/nixconfig.ts'

const settings = (config: string) =>
  new Map(config.split('\n').map((line) => line.split(' = ') as [string, string]))

const of = (...tokens: readonly AccessToken[]) => ({ tokens, setting: 'access-tokens' as const })

describe('the settings of a run', () => {
  test('win over what the machine has, where this action is concerned', () => {
    const machine = 'accept-flake-config = true\naccess-tokens = a=1\ncores = 2'
    const config = settings(nixConfigOf(of({ scope: 'a', token: '2' }), machine))
    expect(config.get('accept-flake-config')).toBe('false')
    expect(config.get('access-tokens')).toBe('a=2')
    expect(config.get('extra-experimental-features')).toBe('nix-command flakes')
    expect(config.get('cores')).toBe('2')
  })

  test('leave to the machine how long it waits', () => {
    expect(settings(nixConfigOf(of(), '')).get('connect-timeout')).toBe('20')
    expect(settings(nixConfigOf(of(), 'connect-timeout = 90')).get('connect-timeout')).toBe('90')
  })

  test('may leave to the machine what it has for a host', () => {
    const given = { tokens: [{ scope: 'a', token: '2' }], setting: 'extra-access-tokens' as const }
    expect(settings(nixConfigOf(given, '')).get('extra-access-tokens')).toBe('a=2')
  })

  test('give tokens of GitLab as bearers', () => {
    const config = settings(nixConfigOf(of({ scope: 'gitlab.com', token: 'PAT:1' }), ''))
    expect(config.get('access-tokens')).toBe('gitlab.com=OAuth2:1')
  })

  test('name no tokens where there are none, and leave no empty line', () => {
    expect(nixConfigOf(of(), '')).not.toMatch(/access-tokens|^$/m)
  })
})

describe('the tokens of a run', () => {
  const own = { accessTokens: [], token: 'ghs_1' }
  const known = { serverHost: 'github.com', machines: [] }
  const named = (scope: string, token: string) => ({ scope, token })

  test('are the lines of the input, before the machine’s, before the token of GitHub', () => {
    const accessTokens = [named('gitlab.com', 'PAT:1'), named('github.com/acme', 'ghp_2')]
    const machines = [named('gitlab.com', 'PAT:2'), named('git.example', '3')]
    const tokens = tokensFor({ ...own, accessTokens }, { ...known, machines })
    expect(tokens).toEqual([...accessTokens, named('git.example', '3'), named('github.com', 'ghs_1')])
  })

  test.each([
    ['a line', [named('github.com', 'ghp_2')], []],
    ['the machine', [], [named('github.com', 'ghp_2')]],
  ])('have GitHub’s only if %s has none for its host', (_, accessTokens, machines) => {
    expect(tokensFor({ ...own, accessTokens }, { ...known, machines })).toEqual([
      named('github.com', 'ghp_2'),
    ])
  })

  test('have GitHub’s for the host of the server alone', () => {
    expect(tokensFor(own, { ...known, serverHost: 'ghe.example' })).toEqual([named('ghe.example', 'ghs_1')])
  })

  test.each(['x\nsubstituters = https://evil.example', 'x y', 'x#y', 'x\0'])(
    'never become settings: %j is refused without being told',
    (token) => {
      const words = "The token for github.com has a blank or a '#' in it, which Nix does not take."
      expect(() => tokensFor({ ...own, token }, known)).toThrow(new ActionError(words))
    },
  )
})

test.each([
  ['access-tokens = ', []],
  ['access-tokens =  a.example=1=x b.example/c=PAT:2\ncores = 2', ['a.example 1=x', 'b.example/c PAT:2']],
  ['extra-access-tokens = a.example=1', []],
  ['', []],
  ['access-tokens = bad =worse', []],
])('%j has the tokens %j', (text, tokens) => {
  expect(machinesTokens(text).map(({ scope, token }) => `${scope} ${token}`)).toEqual(tokens)
})
