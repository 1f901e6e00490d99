import { describe, expect, test } from '@jest/globals'
import { advice } from './advised.ts'
import { github, lock, rev, updateTo } from './locks.ts'

test('an archived upstream is named', () => {
  const update = updateTo(lock({ x: 'x', y: 'y' }, { x: github('o/r', '1'), y: github('o/s', '1') }))
  const upstreams = { r: { isArchived: true, name: 'o/r' }, s: { isArchived: false, name: 'o/s' } }
  expect(advice([update], { upstreams })).toEqual([
    {
      ...{ kind: 'archived', flake: '.', lines: [] },
      words: 'Archived by their owners, so nothing new will come: x (o/r).',
    },
  ])
})

describe('renamed', () => {
  const renamed = (original: object, name = 'p/s') => {
    const update = updateTo(lock({ x: 'x' }, { x: { ...github('o/r', '1'), original } }))
    return advice([update], { upstreams: { r: { isArchived: false, name } } })
  }

  test('is an upstream that is called something else today', () => {
    expect(renamed({ type: 'github', owner: 'o', repo: 'r', ref: 'main', dir: 'd' })).toEqual([
      {
        ...{ kind: 'renamed', flake: '.', lines: ['inputs.x.url = "github:p/s/main?dir=d";'] },
        words: 'Renamed: x is p/s now. Whoever takes an old name decides what comes from it.',
      },
    ])
  })

  test.each([
    [
      'at a rev',
      { type: 'github', owner: 'o', repo: 'r', rev: rev('1') },
      [`inputs.x.url = "github:p/s/${rev('1')}";`],
    ],
    ['at no ref', { type: 'github', owner: 'o', repo: 'r' }, ['inputs.x.url = "github:p/s";']],
    [
      'at another host',
      { type: 'github', owner: 'o', repo: 'r', host: 'h.org' },
      ['inputs.x.url = "github:p/s?host=h.org";'],
    ],
    ['by a registry', { type: 'indirect', id: 'x' }, []],
    ['by git', { type: 'git', url: 'https://github.com/o/r' }, []],
  ])('has a line to paste for what is named %s', (_, original, lines) => {
    expect(renamed(original)).toMatchObject([{ kind: 'renamed', lines }])
  })

  test.each(['p', 'p/s"; evil', ''])('has no line for a name that is none: %j', (name) => {
    expect(renamed({ type: 'github', owner: 'o', repo: 'r' }, name)).toMatchObject([{ lines: [] }])
  })

  test('is none that is written in another case', () => {
    expect(renamed({ type: 'github', owner: 'o', repo: 'r' }, 'O/R')).toEqual([])
  })

  test('is none of a place that nobody knows', () => {
    const here = { type: 'path', path: '/srv/r', repo: 'r', narHash: 'x' }
    const update = updateTo(lock({ x: 'x' }, { x: { locked: here, original: here } }))
    expect(advice([update], { upstreams: { r: { isArchived: false, name: 'p/s' } } })).toEqual([])
  })
})
