import { expect, test } from '@jest/globals'
import { placeOf } from '../../actions/update-flake-pr/links.ts'
import { reference, rev } from './locks.ts'

const GITHUB = 'https://github.com'
const A = rev('a')

test.each([
  ['host', { host: 'evil.example/x' }],
  ['host', { host: 'github.com@evil.example' }],
  ['host', { host: 'evil.example?' }],
  ['host', { host: 'evil.example#' }],
  ['host', { host: '-evil' }],
  ['host', { host: 'a b' }],
  ['host', { host: 'evil.example:99999999' }],
  ['host', { host: '[::1]' }],
  ['owner', { owner: '..' }],
  ['owner', { owner: '.' }],
  ['owner', { owner: 'o/../..' }],
  ['owner', { owner: 'o%2Fp' }],
  ['owner', { owner: '' }],
  ['owner', { owner: '~o' }],
  ['owner', { owner: 'o)](https://evil.example' }],
  ['owner', { type: 'gitlab', owner: 'a%2F..%2F..' }],
  ['owner', { type: 'gitlab', owner: 'a%2F%2Fb' }],
  ['owner', { type: 'gitlab', owner: 'a%252Fb' }],
  ['owner', { type: 'sourcehut', owner: '~..' }],
  ['owner', { type: 'sourcehut', owner: '~~o' }],
  ['repository', { repo: '..' }],
  ['repository', { repo: 'r?x' }],
  ['repository', { repo: 'r#x' }],
  ['repository', { repo: 'r/compare' }],
  ['repository', { repo: 'r\n' }],
  ['repository', { repo: '\u202er' }],
  ['repository', { type: 'sourcehut', owner: '~o', repo: '~r' }],
])('no %s leads elsewhere: %j', (_, attributes) => {
  const base = { type: 'github', owner: 'o', repo: 'r', rev: A }
  expect(placeOf(reference({ ...base, ...attributes }), GITHUB)).toBeUndefined()
})

test.each([
  'https://github.com/o/r%0A%5Bx%5D',
  'https://github.com/%2e%2e/%2e%2e/r',
  'https://github.com\\@evil.example/o/r',
  'ssh://git@github.com:o/r/../../x',
  'git@github.com:../../x',
  'https://github.com/o/r"onclick',
])('no address leads elsewhere: %s', (url) => {
  expect(placeOf(reference({ type: 'git', url }), GITHUB)).toBeUndefined()
})
