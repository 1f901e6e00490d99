import { describe, expect, test } from '@jest/globals'
import { ciWords } from '../../actions/update-flake-pr/ciwords.ts'
import type { TokenKind } from '../../actions/update-flake-pr/facts.ts'
import { proposal } from './bodyscene.ts'

describe('how the checks start', () => {
  test.each<[TokenKind, boolean, string]>([
    ['github-token', false, 'wait: somebody with write access starts them by “Approve workflows to run”'],
    ['github-token', true, 'none of its workflows starts by itself: close it and open it again'],
    ['app', false, 'the token of a GitHub App, so its workflows start by themselves'],
    ['app', true, 'the token of a GitHub App, so its workflows start by themselves'],
    ['personal', false, 'a personal token, so its workflows start by themselves'],
    ['personal', true, 'a personal token, so its workflows start by themselves'],
  ])('with a token of kind %s, Enterprise %p', (kind, isEnterprise, words) => {
    const token = { kind, login: 'x', id: 1 }
    const said = ciWords(proposal([], { token, isEnterprise }))
    expect(said).toContain(words)
    expect(said).not.toContain('Started')
  })

  test('names the workflows that are started', () => {
    const many = Array.from({ length: 25 }, (_, at) => `w${at}.yml`)
    expect(ciWords(proposal([], { dispatched: ['ci.yml', 'x.yml'] }))).toMatch(
      /\n\nStarted .*: <code>ci\.yml<\/code>, <code>x\.yml<\/code>\.\n$/,
    )
    expect(ciWords(proposal([], { dispatched: many }))).toMatch(/<code>w19\.yml<\/code> and 5 more\.\n$/)
  })
})
