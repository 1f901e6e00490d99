import { describe, expect, test } from '@jest/globals'
import type { Lock } from '../../actions/update-flake-pr/facts.ts'
import { changesBetween } from '../../actions/update-flake-pr/lockdiff.ts'
import { at, github, lock, narHash, rev } from './locks.ts'

/** `kind path`, and the first digits of the revs. */
function changes(before: Lock, after: Lock): readonly string[] {
  const digit = (locked: { readonly rev: string | undefined } | undefined) => locked?.rev?.slice(0, 1) ?? '-'
  return changesBetween(before, after).map(
    ({ kind, path, from, to }) => `${kind} ${path} ${digit(from?.locked)}${digit(to?.locked)}`,
  )
}

const OLD = lock(
  { a: 'a', n: 'n' },
  { a: github('o/a', '1', { inputs: { n: ['n'] } }), n: github('o/n/main', '2') },
)

test('an input at another rev is updated; what follows it is not', () => {
  const after = lock(
    { a: 'a', n: 'n' },
    { a: github('o/a', '1', { inputs: { n: ['n'] } }), n: github('o/n/main', '3') },
  )
  expect(changes(OLD, after)).toEqual(['updated n 23'])
  const [change] = changesBetween(OLD, after)
  expect(change).toEqual({
    ...{ path: 'n', kind: 'updated', from: OLD.inputs.get('n'), to: after.inputs.get('n'), risks: [] },
  })
})

test('inputs come and go, with what they bring', () => {
  const after = lock(
    { n: 'n', b: 'b' },
    { b: github('o/b', '4', { inputs: { x: 'x' } }), n: github('o/n/main', '2'), x: github('o/x', '5') },
  )
  expect(changes(OLD, after)).toEqual(['removed a 1-', 'added b -4', 'removed a/n 2-', 'added b/x -5'])
})

test.each([
  ['another ref', { n: github('o/n/stable', '2') }, ['retargeted n 22']],
  ['no ref', { n: github('o/n', '3') }, ['retargeted n 23']],
  ['another repository', { n: github('o/m/main', '3') }, ['retargeted n 23']],
  [
    'another directory',
    {
      n: {
        ...github('o/n/main', '2'),
        original: { type: 'github', owner: 'o', repo: 'n', ref: 'main', dir: 'd' },
      },
    },
    ['retargeted n 22'],
  ],
  ['nothing that is known', { n: { ...github('o/n/main', '2'), original: {} } }, ['retargeted n 22']],
  [
    'a node of its own instead of following',
    { a: github('o/a', '1', { inputs: { n: 'n_2' } }), n_2: github('o/n', '2') },
    ['retargeted a/n 22'],
  ],
  [
    'another input than it followed',
    { a: github('o/a', '1', { inputs: { n: ['a'] } }) },
    ['retargeted a/n 21'],
  ],
  ['the flake itself', { a: github('o/a', '1', { inputs: { n: [] } }) }, ['retargeted a/n 2-']],
  ['nothing', { a: github('o/a', '1', { inputs: { n: ['m'] } }) }, ['retargeted a/n 2-']],
])('an input is retargeted that points to %s', (_, nodes, expected) => {
  const same = { a: github('o/a', '1', { inputs: { n: ['n'] } }), n: github('o/n/main', '2') }
  expect(changes(OLD, lock({ a: 'a', n: 'n' }, { ...same, ...nodes }))).toEqual(expected)
})

test.each([
  [
    'labels',
    { a: 'a_2', n: 'n_7' },
    { a_2: github('o/a', '1', { inputs: { n: ['n'] } }), n_7: github('o/n/main', '2') },
    {},
  ],
  [
    'the order',
    { n: 'n', a: 'a' },
    { n: github('o/n/main', '2'), a: github('o/a', '1', { inputs: { n: ['n'] } }) },
    {},
  ],
  [
    'the version',
    { a: 'a', n: 'n' },
    { a: github('o/a', '1', { inputs: { n: 'n' } }), n: github('o/n/main', '2') },
    { version: 6 },
  ],
])('%s of a lock may change without any input that does', (...[, root, nodes, more]) => {
  expect(changes(OLD, lock(root, nodes, more))).toEqual([])
  expect(changes(lock(root, nodes, more), OLD)).toEqual([])
})

test('what follows may follow by another way to the same', () => {
  const nodes = { a: github('o/a', '1', { inputs: { n: ['b'] } }), n: github('o/n/main', '2') }
  const read = lock({ a: 'a', n: 'n', b: ['n'] }, nodes)
  expect(changes(OLD, read)).toEqual(['added b -2'])
})

describe('an input is updated when', () => {
  const of = (
    locked: object,
    original: object = { type: 'tarball', url: 'https://h.org/latest.tar.gz' },
  ): Lock => lock({ x: 'x' }, { x: { locked, original } })
  const TARBALL = { type: 'tarball', url: 'https://h.org/1.tar.gz', narHash: narHash('1') }

  test.each([
    ['its address', TARBALL, { ...TARBALL, url: 'https://h.org/2.tar.gz' }],
    ['its hash', TARBALL, { ...TARBALL, narHash: narHash('2') }],
    [
      'its hash, at the same rev,',
      { ...TARBALL, rev: rev('1') },
      { ...TARBALL, rev: rev('1'), narHash: narHash('2') },
    ],
    ['its directory', TARBALL, { ...TARBALL, dir: 'd' }],
    ['what it is', TARBALL, {}],
    ['what it was', {}, TARBALL],
  ])('%s is another', (_, before, after) => {
    expect(changesBetween(of(before), of(after))).toMatchObject([{ kind: 'updated', path: 'x' }])
  })

  test.each([
    ['its date alone is another', { ...TARBALL, lastModified: 1 }, { ...TARBALL, lastModified: 2 }],
    [
      'one of the locks has no hash',
      { ...TARBALL, rev: rev('1') },
      { type: 'tarball', url: TARBALL.url, rev: rev('1') },
    ],
    ['nothing is known', {}, {}],
    ['it has neither rev nor hash', { type: 'path', path: './sub' }, { type: 'path', path: './sub' }],
  ])('but not when %s', (_, before, after) => {
    expect(changesBetween(of(before), of(after))).toEqual([])
  })
})

test('a change of what is below an input shows at its own path', () => {
  const below = (digit: string): Lock =>
    lock(
      { b: 'b', a: 'a' },
      {
        a: github('o/a', digit, { inputs: { x: 'x' } }),
        x: github('o/x', digit),
        b: github('o/b', digit, { inputs: { x: 'x_2' } }),
        x_2: github('o/x', '1'),
      },
    )
  expect(changes(below('2'), below('3'))).toEqual(['updated a 23', 'updated b 23', 'updated a/x 23'])
})

test('risks that the lock alone tells are there', () => {
  const [change] = changesBetween(
    lock(
      { x: 'x' },
      { x: { ...github('o/x', '1'), locked: { type: 'github', owner: 'o', repo: 'x', ...at('1', 2) } } },
    ),
    lock(
      { x: 'x' },
      { x: { ...github('o/x', '2'), locked: { type: 'github', owner: 'o', repo: 'x', ...at('2', 1) } } },
    ),
  )
  expect(change?.risks).toEqual(['downgrade'])
})
