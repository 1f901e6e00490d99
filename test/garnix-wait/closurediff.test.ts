import { describe, expect, test } from '@jest/globals'
import { closureDiffOf, rebuiltIn } from '../../actions/garnix-wait/closurediff.ts'
import { byVersion, packageOf } from '../../actions/garnix-wait/drvname.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { storePath } from '../support/binarycache.ts'
import { seeded } from '../support/graph.ts'
import { askHostHalf } from './hosthalf.ts'

const sized = (name: string, narSize: number) => ({ path: storePath(name), narSize })
/** Another path of the same name. */
const rebuilt = (name: string, narSize: number) => ({
  path: `${storePath('another').slice(0, 44)}${name}` as StorePath,
  narSize,
})

function numbersFrom(seed: number): (limit: number) => number {
  const random = seeded(seed)
  return (limit) => Math.floor(random() * limit)
}

describe('the package of a path', () => {
  const NAMES = [
    ['hello-2.12.1', 'hello', '2.12.1'],
    ['hello-2.12.1-doc', 'hello', '2.12.1'],
    ['linux-6.12.3-modules-shrunk', 'linux', '6.12.3'],
    ['python3.12-requests-2.31.0', 'python3.12-requests', '2.31.0'],
    ['glibc-2.40-66-bin', 'glibc', '2.40-66'],
    ['foo-2.0-rc1', 'foo', '2.0-rc1'],
    ['foo-1-bin', 'foo', '1'],
    ['nixos-system-vps-arm-25.11.20260101.abcdef0', 'nixos-system-vps-arm', '25.11.20260101.abcdef0'],
    ['unit-caddy.service', 'unit-caddy.service', ''],
    ['7zz-24.08', '7zz', '24.08'],
    ['hello-2.12.1.drv', 'hello', '2.12.1'],
    ['-1', '-1', ''],
  ] as const

  test.each(NAMES)('%s', (whole, name, version) => {
    expect(packageOf(storePath(whole))).toEqual({ name, version })
  })

  test('is what the host half says of it', () => {
    const pieces = [
      'a',
      'lib',
      'bin',
      '1',
      '2.0',
      'rc1',
      'dev',
      'é'.normalize('NFD').charAt(0),
      '.drv',
      'x_1',
      '+',
      '',
    ]
    const random = numbersFrom(1)
    const names = Array.from({ length: 2_000 }, () =>
      Array.from({ length: 1 + random(5) }, () => pieces[random(pieces.length)]).join('-'),
    ).filter((name) => name !== '')
    const paths = [...NAMES.map(([whole]) => whole), ...names].map((name) => storePath(name))
    expect(paths.map(packageOf).map(({ name, version }) => [name, version])).toEqual(
      askHostHalf('[closure.name_and_version(path) for path in value]', paths),
    )
  })

  test('loses the same names of outputs there', () => {
    const outputs = askHostHalf('sorted(closure._OUTPUTS)', null) as string[]
    expect(outputs.length).toBeGreaterThan(30)
    for (const output of outputs) expect(packageOf(storePath(`a-1-${output}`)).version).toBe('1')
  })
})

test('versions stand in the order of people', () => {
  expect(
    ['2.10', '2.9-rc1', '10', '2.9', '2.09', '2.9', '2', '2.a', '2.ab1', '2.a1'].sort(byVersion),
  ).toEqual(['2', '2.09', '2.9', '2.9', '2.9-rc1', '2.10', '2.a', '2.a1', '2.ab1', '10'])
})

describe('the difference of two closures', () => {
  test('is by package, with sizes', () => {
    const before = [
      sized('hello-2.12', 100),
      sized('hello-2.12-doc', 10),
      sized('gone-1', 5),
      sized('same-1', 7),
      sized('unit-a.service', 1),
      sized('two-1', 1),
    ]
    const after = [
      sized('hello-2.13', 120),
      sized('hello-2.13-doc', 10),
      rebuilt('same-1', 8),
      sized('New-3', 50),
      sized('unit-b.service', 2),
      sized('two-1', 1),
      sized('two-2', 2),
    ]
    expect(closureDiffOf(before, after)).toEqual({
      added: [
        { name: 'New', from: [], to: ['3'], sizeBytes: { from: 0, to: 50 } },
        { name: 'unit-b.service', from: [], to: [], sizeBytes: { from: 0, to: 2 } },
      ],
      removed: [
        { name: 'gone', from: ['1'], to: [], sizeBytes: { from: 5, to: 0 } },
        { name: 'unit-a.service', from: [], to: [], sizeBytes: { from: 1, to: 0 } },
      ],
      changed: [
        { name: 'hello', from: ['2.12'], to: ['2.13'], sizeBytes: { from: 110, to: 130 } },
        { name: 'two', from: ['1'], to: ['1', '2'], sizeBytes: { from: 1, to: 3 } },
      ],
      sizeBytes: { from: 124, to: 193 },
    })
  })

  test('leaves out what is built anew, which is told by itself', () => {
    const before = [sized('same-1', 7), sized('etc', 1), sized('kept', 1), sized('up-1', 1), sized('B', 1)]
    const after = [
      ...[rebuilt('same-1', 8), rebuilt('same-1-doc', 8), rebuilt('etc', 1), sized('kept', 1)],
      ...[rebuilt('up-2', 1), sized('new-1', 1), rebuilt('B', 1)],
    ]
    expect(rebuiltIn(before, after, closureDiffOf(before, after))).toEqual(['B', 'etc', 'same'])
  })

  test('with itself is nothing, in whatever order', () => {
    const closure = [sized('two-2', 1), sized('two-10', 2), sized('two-9', 3)]
    const sizeBytes = { from: 6, to: 6 }
    expect(closureDiffOf(closure, closure.toReversed())).toEqual({
      added: [],
      removed: [],
      changed: [],
      sizeBytes,
    })
  })

  test('orders names that differ in case alone', () => {
    const names = closureDiffOf([], [sized('b', 1), sized('B', 1), sized('a', 1)]).added.map(
      ({ name }) => name,
    )
    expect(names).toEqual(['a', 'B', 'b'])
  })

  test('is what the host half says of them', () => {
    const random = numbersFrom(7)
    const closure = () =>
      Array.from({ length: 150 }, () => {
        const [name, major, minor] = [random(90), random(3), 8 + random(4)]
        const version = ['', `-${major}.${minor}`, `-${major}.${minor}-bin`, `-${major}.${minor}-rc${minor}`]
        return sized(`p${name}${version[random(4)] ?? ''}`, random(1_000))
      }).filter(({ path }, at, all) => all.findIndex((other) => other.path === path) === at)
    const pairs = Array.from({ length: 20 }, () => [closure(), closure()] as const)
    const sizes = pairs.map((pair) =>
      pair.map((paths) => Object.fromEntries(paths.map(({ path, narSize }) => [path, narSize]))),
    )
    const theirs = askHostHalf('[closure.compare(*pair).to_json() for pair in value]', sizes)
    expect(pairs.map((pair) => closureDiffOf(...pair))).toMatchObject(theirs as object[])
  })
})
