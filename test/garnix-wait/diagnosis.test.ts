import { describe, expect, test } from '@jest/globals'
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import type { Miss, ReasonKind } from '../../actions/garnix-wait/closure.ts'
import type { Build, Commit } from '../../actions/garnix-wait/commit.ts'
import { diagnose } from '../../actions/garnix-wait/diagnosis.ts'
import type { Diagnosis, Seen } from '../../actions/garnix-wait/seen.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { KEY, pathNamed, SHA } from './given.ts'

const ROOT = pathNamed('0', 'nixos-system-web-26.11')
const ETC = pathNamed('1', 'etc')
const NIXOS = parseCache('https://cache.nixos.org', [])
const OWN = parseCache(`https://cache.garnix.example ${KEY}`, [])
const LOGIN = { machine: 'cache.garnix.example', login: 'me', password: 'secret' }
const MINUTE = 60_000

function miss(path: StorePath, ...kinds: readonly ReasonKind[]): Miss {
  return { path, neededBy: [], reasons: kinds.map((kind) => ({ cache: OWN.url, kind, words: 'HTTP 404' })) }
}

const found = (cache: number) => ({ path: ROOT, narSize: 1, narHash: '', fileSize: 1, references: [], cache })

function build(fields: Partial<Build> = {}): Build {
  const rest = { id: 'B5aPM2pB', kind: 'nixosConfiguration', name: 'web', endTime: undefined }
  return { ...rest, storePath: ROOT, status: 'Success', isUploaded: true, wasAlreadyBuilt: false, ...fields }
}

function commitWith(...builds: readonly Build[]): Commit {
  return { sha: SHA, repository: 'me/servers', isPublic: true, builds }
}

/** A green build whose system is there and whose /etc is not, with nothing that explains it. */
function seen(fields: Partial<Seen> = {}): Seen {
  return {
    configuration: 'web',
    missing: [miss(ETC, 'absent', 'absent')],
    found: [found(1)],
    caches: [NIXOS, OWN],
    text: '',
    commit: commitWith(build()),
    quietMs: 0,
    ...fields,
  }
}

const kinds = (diagnoses: readonly Diagnosis[]) =>
  diagnoses.map(({ kind, isFinal }) => (isFinal ? `${kind}!` : kind))
const kindsOf = (fields: Partial<Seen>) => kinds(diagnose(seen(fields)))

describe('F1: a path above the limit', () => {
  const text = `Uploaded ${ROOT} to the garnix binary cache.\n${ETC} is 5368709120 bytes, the limit is 4294967296. Not uploading to the garnix binary cache.\n`

  test('never comes, and that is said first', () => {
    const [first, ...others] = diagnose(seen({ text, quietMs: undefined }))
    expect(others).toEqual([])
    expect(first).toEqual({
      kind: 'too-large',
      isFinal: true,
      words: `${ETC} is 5.4 GB, above the 4.3 GB to which the instance uploads.`,
      advice:
        "Make it smaller or split it, or push it to another cache and name that one in 'caches'. Building again changes nothing.",
    })
    expect(kindsOf({ text, commit: commitWith(build({ isUploaded: false })) })).toEqual([
      'too-large!',
      'uploading',
    ])
  })

  test('is none while another cache may have it, or if it is not what is missing', () => {
    expect(kindsOf({ text, missing: [miss(ETC, 'absent', 'unreachable')] })).toEqual([])
    expect(kindsOf({ text, missing: [miss(pathNamed('2', 'other'), 'absent', 'absent')] })).toEqual(['gone'])
  })
})

describe('F2 to F5: uploads', () => {
  const uploading = build({ isUploaded: false })
  test.each<readonly [string, Partial<Seen>, readonly string[]]>([
    ['going on', { commit: commitWith(uploading), quietMs: 10 * MINUTE - 1 }, ['uploading']],
    ['F2, failed', { commit: commitWith(uploading), quietMs: 10 * MINUTE }, ['upload-failed']],
    ['going on, for all one knows', { commit: undefined, quietMs: 10 * MINUTE - 1 }, ['uploading']],
    ['failed, for all one knows', { commit: undefined, quietMs: 10 * MINUTE }, ['upload-failed']],
    ['of a build that the API does not list', { commit: commitWith() }, ['uploading']],
    [
      'F3, believed to be done',
      { commit: commitWith(build({ wasAlreadyBuilt: true })), quietMs: 5 * MINUTE },
      ['never-uploaded!'],
    ],
    [
      'F3, maybe by a build of another branch that goes on',
      { commit: commitWith(build({ wasAlreadyBuilt: true })), quietMs: 5 * MINUTE - 1 },
      ['never-uploaded'],
    ],
    [
      'F4, of another build that runs',
      { commit: commitWith(build(), build({ name: 'db', status: '', isUploaded: false })) },
      ['uploading-elsewhere'],
    ],
    [
      'F4, of another build that is done',
      { commit: commitWith(build(), build({ kind: 'check', isUploaded: false })) },
      ['uploading-elsewhere'],
    ],
    [
      'F4, for too long',
      { commit: commitWith(build(), build({ name: 'db', isUploaded: false })), quietMs: 10 * MINUTE },
      ['gone'],
    ],
    [
      'of another build that has failed',
      { commit: commitWith(build(), build({ name: 'db', status: 'Failure', isUploaded: false })) },
      ['gone'],
    ],
    ['F5, done and gone', {}, ['gone']],
    ['that nobody expects yet', { quietMs: undefined }, []],
    ['of paths that are there and cannot be used', { missing: [miss(ETC, 'unusable', 'absent')] }, []],
    ['of paths that nobody was asked for', { missing: [miss(ETC)] }, []],
  ])('%s', (_, fields, expected) => {
    expect(kindsOf(fields)).toEqual(expected)
  })

  test('a guess says that it is one', () => {
    const words = (commit: Commit | undefined) =>
      diagnose(seen({ commit, quietMs: 12 * MINUTE })).map((diagnosis) => diagnosis.words)
    const sentence =
      'The build is done, and for 12 min nothing more was uploaded: most likely an upload has failed.'
    expect(words(commitWith(uploading))).toEqual([sentence])
    expect(words(undefined)).toEqual([`${sentence} The API of the instance, which knows more, did not tell.`])
  })
})

describe('F6: a private cache', () => {
  const commit = { ...commitWith(build()), isPublic: false }
  const nothing = { commit, found: [found(0)] }

  test('that shows nothing wants a login', () => {
    expect(kindsOf(nothing)).toEqual(['no-access', 'gone'])
    expect(diagnose(seen(nothing))[0]).toEqual({
      kind: 'no-access',
      isFinal: false,
      words: 'me/servers is private, and https://cache.garnix.example shows nothing of it without a login.',
      advice:
        "'netrc' needs `machine cache.garnix.example login NAME password TOKEN`, a GitHub login and one of its access tokens of scope 'cache' on the instance.",
    })
  })

  test('that shows a login nothing may remember a refusal', () => {
    const caches = [NIXOS, parseCache(`https://cache.garnix.example ${KEY}`, [LOGIN])]
    const [diagnosis] = diagnose(seen({ ...nothing, caches }))
    expect(diagnosis?.words).toContain('shows nothing of it to this login.')
    expect(diagnosis?.advice).toMatch(/Once refused, a login is refused for an hour/)
    expect(JSON.stringify(diagnosis)).not.toContain('secret')
  })

  test('is not suspected where it gave a path, the repository is public, or nobody knows', () => {
    expect(kindsOf({ commit, found: [found(0), found(1)] })).toEqual(['gone'])
    expect(kindsOf({ found: [found(0)] })).toEqual(['gone'])
    expect(kindsOf({ found: [found(0)], commit: undefined })).toEqual(['uploading'])
    expect(kindsOf({ commit, caches: [NIXOS], found: [] })).toEqual(['gone'])
  })
})

describe('F7: what cache.nixos.org has', () => {
  test('is missing where that one is not asked', () => {
    const only = { caches: [OWN], found: [found(0)] }
    expect(kindsOf(only)).toEqual(['no-nixos-cache', 'gone'])
    expect(diagnose(seen(only))[0]?.advice).toContain('https://cache.nixos.org')
    const mixed = [miss(ROOT, 'unreachable'), miss(ETC, 'absent')]
    expect(kindsOf({ ...only, missing: mixed })).toEqual(['no-nixos-cache', 'gone'])
    expect(kindsOf({ ...only, quietMs: undefined })).toEqual(['no-nixos-cache'])
  })

  test('is no word of it before anything was uploaded, or if nothing is absent', () => {
    expect(kindsOf({ caches: [OWN], found: [] })).toEqual(['gone'])
    expect(kindsOf({ caches: [OWN], found: [found(0)], missing: [miss(ETC, 'unreachable')] })).toEqual([])
  })
})

test('paths of a cache whose key is not there are told with it', () => {
  expect(
    diagnose(seen({ missing: [miss(ROOT, 'absent'), miss(ETC, 'absent', 'untrusted')], quietMs: undefined })),
  ).toEqual([
    {
      kind: 'untrusted',
      isFinal: false,
      words: "https://cache.garnix.example has paths that are signed by none of the keys in 'caches'.",
      advice:
        "If that cache is to be trusted, its public key belongs behind its address, and into the server's 'trusted-public-keys'; without it the server builds these paths itself.",
    },
  ])
})

test('what cannot heal comes first', () => {
  const commit = { ...commitWith(build({ wasAlreadyBuilt: true })), isPublic: false }
  expect(kindsOf({ commit, found: [found(0)], quietMs: 6 * MINUTE })).toEqual([
    'never-uploaded!',
    'no-access',
  ])
})
