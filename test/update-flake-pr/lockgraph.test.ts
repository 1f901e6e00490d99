import { describe, expect, test } from '@jest/globals'
import { parseLock } from '../../actions/update-flake-pr/lock.ts'
import { github, lock, summaryOf } from './locks.ts'

const A = github('o/a', '1')
const B = github('o/b', '2')

describe('what follows another', () => {
  test('has the path of what it follows in the end', () => {
    const read = lock(
      { a: 'a', b: ['a', 'x'], c: ['b', 'y'] },
      {
        a: { ...A, inputs: { x: 'x' } },
        x: github('o/x', '3', { inputs: { y: 'y' } }),
        y: github('o/y', '4'),
      },
    )
    expect(summaryOf(read)).toEqual([
      'a: a 1',
      "b: follows 'a/x', x 3",
      "c: follows 'a/x/y', y 4",
      'a/x: x 3',
      'a/x/y: y 4',
    ])
  })

  test('may follow the flake itself, which is locked nowhere', () => {
    const read = lock({ a: 'a', self: [] }, { a: { ...A, inputs: { up: [], b: ['a', 'up', 'a'] } } })
    expect(summaryOf(read)).toEqual([
      'a: a 1',
      "self: follows '', nothing",
      "a/b: follows 'a', a 1",
      "a/up: follows '', nothing",
    ])
  })

  test.each([
    ['itself', { a: ['a'] }, ["a: follows 'a', nothing"]],
    ['in a circle', { a: ['b'], b: ['a'] }, ["a: follows 'b', nothing", "b: follows 'a', nothing"]],
    ['below itself', { a: ['a', 'b', 'c'] }, ["a: follows 'a/b/c', nothing"]],
    ['what is not there', { a: ['b', 'c'] }, ["a: follows 'b/c', nothing"]],
    ['what has no inputs', { a: ['b', 'c'], b: 'b' }, ["a: follows 'b/c', nothing", 'b: b 2']],
    ['something that is no name', { a: [1, null] }, ["a: follows '', nothing"]],
  ])('follows %s', (_, root, expected) => {
    expect(summaryOf(lock(root, { b: B }))).toEqual(expected)
  })

  test('ends somewhere, however many follow each other', () => {
    const count = 20_000
    const links = Array.from({ length: count }, (_, at) => [`i${at}`, [`i${at + 1}`]] as const)
    const { inputs } = lock({ ...Object.fromEntries(links), [`i${count}`]: 'a' }, { a: A })
    expect(inputs.get(`i${count - 50}`)?.follows).toBe(`i${count}`)
    expect(inputs.get('i0')).toMatchObject({ follows: 'i1', locked: undefined })
  })

  test('takes no longer the more ways there are', () => {
    const links = Array.from(
      { length: 40 },
      (_, at) => [`i${at}`, [`i${at + 1}`, 'x', `i${at + 1}`]] as const,
    )
    const root = { ...Object.fromEntries(links), i40: 'a' }
    expect(lock(root, { a: { ...A, inputs: { x: [] } } }).inputs.get('i0')?.follows).toBe('i40')
  })
})

describe('a node that several places share', () => {
  test('belongs to the shortest path', () => {
    const read = lock({ a: 'a', z: 'b' }, { a: { ...A, inputs: { b: 'b' } }, b: B }, { version: 6 })
    expect(summaryOf(read)).toEqual(['a: a 1', 'z: b 2', "a/b: follows 'z', b 2"])
  })

  test('belongs to the first by name of two that are as short, in whatever order they are written', () => {
    const written = lock({ y: 'b', x: 'b' }, { b: B }, { version: 6 })
    expect(summaryOf(written)).toEqual(['x: b 2', "y: follows 'x', b 2"])
  })

  test('is visited once when it leads back to itself', () => {
    const nodes = { a: { ...A, inputs: { b: 'b' } }, b: { ...B, inputs: { a: 'a', top: 'root' } } }
    expect(summaryOf(lock({ a: 'a' }, nodes, { version: 6 }))).toEqual([
      'a: a 1',
      'a/b: b 2',
      "a/b/a: follows 'a', a 1",
      "a/b/top: follows '', nothing",
    ])
  })

  test('is visited once however many ways lead to it', () => {
    const levels = Array.from({ length: 40 }, (_, at) => {
      const inputs = { l: `n${at + 1}`, r: `n${at + 1}` }
      return [`n${at}`, github('o/n', '1', { inputs })] as const
    })
    const read = lock({ n: 'n0' }, { ...Object.fromEntries(levels), n40: A }, { version: 6 })
    expect(read.inputs.size).toBe(81)
  })
})

test('a node that is not there leaves an input that is locked nowhere', () => {
  expect(lock({ a: 'nowhere' }).inputs.get('a')).toEqual({
    ...{ path: 'a', follows: undefined, locked: undefined, original: undefined, isFlake: true },
  })
})

test('what has another shape than expected is as good as absent', () => {
  const nodes = { a: 7, b: { inputs: ['x'], locked: 'here', original: { owner: 'o' }, flake: 'no' } }
  const read = lock({ a: 'a', b: 'b', c: 3, d: null, e: { f: 'a' } }, nodes)
  expect(summaryOf(read)).toEqual(['a: nothing', 'b: nothing'])
  expect(read.inputs.get('b')).toMatchObject({ original: undefined, isFlake: true })
})

test('names that every object has are names like all others', () => {
  const text = '{"nodes":{"root":{"inputs":{"__proto__":"__proto__","constructor":"toString","x":"valueOf"}},'
  const node = JSON.stringify({
    ...A,
    inputs: { hasOwnProperty: ['__proto__'], y: ['constructor', 'toString'] },
  })
  const read = parseLock(
    `${text}"__proto__":${node},"toString":${JSON.stringify(B)}},"root":"root","version":7}`,
    'flake.lock',
  )
  expect(summaryOf(read)).toEqual([
    '__proto__: a 1',
    'constructor: b 2',
    'x: nothing',
    "__proto__/hasOwnProperty: follows '__proto__', a 1",
    "__proto__/y: follows 'constructor/toString', nothing",
  ])
})

test('no name passes for the path of another input', () => {
  const read = lock(
    { a: 'a', 'a/b': 'b', '"c"': 'b2', '': 'b3' },
    { a: { ...A, inputs: { b: 'x' } }, b: B, x: B },
  )
  expect([...read.inputs.keys()]).toEqual(['""', '"\\"c\\""', 'a', '"a/b"', 'a/b'])
})

describe('inputs of inputs of inputs', () => {
  const chain = (length: number) => {
    const nodes = Array.from({ length }, (_, at) => {
      return [`n${at}`, github('o/n', '1', { inputs: { n: `n${at + 1}` } })] as const
    })
    return lock({ n: 'n0' }, { ...Object.fromEntries(nodes), [`n${length}`]: A })
  }

  test('are read as deep as anybody nests them', () => {
    expect(chain(99).inputs.size).toBe(100)
  })

  test('are a mistake when they have no end', () => {
    expect(() => chain(20_000)).toThrow(
      expect.objectContaining({ message: 'flake.lock nests inputs more than 100 levels deep.' }),
    )
  })
})
