import { describe, expect, test } from '@jest/globals'
import type { PathFacts } from '../../actions/garnix-wait/closure.ts'
import { rebootOf, type System } from '../../actions/garnix-wait/reboot.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { storePath } from '../support/binarycache.ts'
import { found } from './findings.ts'

interface Parts {
  readonly kernel?: string
  /** What tells two builds of the same name apart. */
  readonly build?: Readonly<Record<string, string>>
  /** What the lists hold; `undefined` = there is none. */
  readonly triggers?: string
  readonly inhibitors?: string
  readonly without?: readonly string[]
}

/** As nixpkgs names them. */
function system(parts: Parts = {}): System {
  const { kernel = 'linux-6.12.3', build = {}, without = [] } = parts
  const root = storePath('nixos-system-vps-26.05')
  const of = (name: string): StorePath =>
    `${storePath(build[name] ?? 'first').slice(0, 44)}${name}` as StorePath
  const lists = { 'reboot-triggers': parts.triggers, 'switch-inhibitors': parts.inhibitors }
  const one = (name: string, more: Partial<PathFacts> = {}) => ({ ...found(name), path: of(name), ...more })
  const paths = [
    ...[kernel, `initrd-${kernel}`, `${kernel}-modules`, 'etc'].map((name) => one(name)),
    ...Object.entries(lists).flatMap(([name, narHash]) =>
      narHash === undefined ? [] : [one(name, { narHash, references: [of(kernel), of('firmware')] })],
    ),
  ].filter(({ path }) => !without.includes(path.slice(44)))
  const lost = storePath('lost')
  const top = { ...found('root'), path: root, references: [...paths.map(({ path }) => path), lost] }
  return { root, found: [top, ...paths, one('firmware')] }
}

const reasons = (before: Parts, now: Parts) => rebootOf(system(before), system(now))?.reasons

describe('an older system', () => {
  test('shows what cannot change its kernel parameters', () => {
    expect(rebootOf(system(), system({ build: { etc: 'second' } }))).toEqual({
      reasons: [],
      isAllSeen: false,
    })
  })

  test.each<[Parts, readonly string[]]>([
    [{ kernel: 'linux-6.12.5' }, ['kernel 6.12.3 → 6.12.5']],
    [{ build: { 'linux-6.12.3': 'second' } }, ['kernel 6.12.3, built anew']],
    [{ kernel: 'linux-zen-6.12.3' }, ['kernel linux-6.12.3 → linux-zen-6.12.3']],
    [{ build: { 'initrd-linux-6.12.3': 'second' } }, ['initrd']],
    [{ build: { 'linux-6.12.3-modules': 'second' } }, ['kernel modules']],
    [{ without: ['initrd-linux-6.12.3'] }, ['initrd']],
    [{ build: { 'initrd-linux-6.12.3': '2', 'linux-6.12.3-modules': '2' } }, ['initrd', 'kernel modules']],
    [{ build: { firmware: 'second' } }, []],
  ])('%j', (parts, words) => {
    expect(reasons({}, parts)).toEqual(words)
  })

  test('whose list of inhibitors is built anew needs nothing, but for what it holds', () => {
    const [before, again] = [{ inhibitors: 'a' }, { 'switch-inhibitors': 'second' }]
    expect(reasons(before, { inhibitors: 'a', build: again })).toEqual([])
    expect(reasons(before, { inhibitors: 'b', build: again })).toEqual(['switch inhibitors'])
    expect(reasons({}, { inhibitors: 'b' })).toEqual([])
  })
})

describe('a system that lists what asks for a reboot', () => {
  const LISTED = { triggers: 'a', inhibitors: 'x' }

  test('needs none where the list holds the same, whatever is built anew', () => {
    const build = { 'initrd-linux-6.12.3': 'second', 'reboot-triggers': 'second' }
    expect(rebootOf(system(LISTED), system({ ...LISTED, build }))).toEqual({ reasons: [], isAllSeen: true })
  })

  test.each<[Parts, readonly string[]]>([
    [{ kernel: 'linux-6.12.5' }, ['kernel 6.12.3 → 6.12.5']],
    [{ build: { firmware: 'second' } }, ['firmware']],
    [{ inhibitors: 'y' }, ['switch inhibitors']],
    [{}, ['kernel parameters or other reboot triggers']],
  ])('%j', (parts, words) => {
    expect(rebootOf(system(LISTED), system({ ...LISTED, triggers: 'b', ...parts }))).toEqual({
      reasons: words,
      isAllSeen: true,
    })
  })

  test('is compared with one that does not by its parts', () => {
    expect(rebootOf(system(), system(LISTED))).toEqual({ reasons: [], isAllSeen: false })
  })
})

test('of what boots no kernel nothing is said', () => {
  const container = system({ without: ['initrd-linux-6.12.3', 'linux-6.12.3-modules'] })
  expect(rebootOf(container, system())).toBeUndefined()
  expect(rebootOf(system(), { ...system(), found: [] })).toBeUndefined()
})
