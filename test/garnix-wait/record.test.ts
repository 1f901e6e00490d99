/** Writing notes where others write as well, and GitHub has a bad day. */
import { describe, expect, test } from '@jest/globals'
import { parseSigningKey } from '../../actions/shared/sshsignature.ts'
import type { Writer } from '../../actions/garnix-wait/notemerge.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { makeKey } from '../support/sshd.ts'
import { pathNamed } from './given.ts'
import { NotesScene } from './notesscene.ts'
import { commitsOfNotes, fannedOut, lineFor, pushNotes, REF, seeded } from './recordscene.ts'

let github: FakeGitHub
let sha: string
withSharedGitHub((shared) => {
  github = shared
  sha = seeded(shared)
})

const PATH = pathNamed('a', 'nixos-system-vps')
const OTHER = pathNamed('b', 'nixos-system-vps')
const VPS = [{ configuration: 'vps', path: PATH }]
const LINE = `${lineFor(PATH, 'vps')}\n`

const note = () => github.state.textAt(REF, fannedOut(sha)) ?? github.state.textAt(REF, sha)
const json = (status: number, message: string, headers = {}) => ({
  ...{ status, body: JSON.stringify({ message }) },
  headers: { 'content-type': 'application/json', ...headers },
})

describe('somebody else writes meanwhile', () => {
  test('a ref that was rewritten meanwhile is taken as it is then', async () => {
    pushNotes(github, { [sha]: 'first\n' })
    let isDone = false
    github.disturb = ({ method }) => {
      if (method !== 'PATCH' || isDone) return undefined
      isDone = true
      github.state.setRef(REF, github.state.commit({ files: { [sha]: 'second\n' } }), 'mallory')
      return undefined
    }
    expect(await new NotesScene().record(VPS, { sha })).toBe(true)
    expect(note()).toBe(`second\n${LINE}`)
  })

  test('a ref that was deleted meanwhile is made again', async () => {
    pushNotes(github, { [sha]: 'first\n' })
    let isDone = false
    github.disturb = ({ method }) => {
      if (method === 'PATCH' && !isDone) github.state.setRef(REF, undefined, 'mallory')
      isDone ||= method === 'PATCH'
      return undefined
    }
    expect(await new NotesScene().record(VPS, { sha })).toBe(true)
    expect(note()).toBe(LINE)
  })
})

/** In their order: where the ref is, and where there is none. */
const REQUESTS = {
  'onto a note': ['ref/notes', 'commits/', 'trees/', 'blobs/', '/blobs', '/trees', '/commits', 'refs/notes'],
  'as the first one': ['ref/notes', '/blobs', '/trees', '/commits', '/refs'],
}
const TROUBLES: Readonly<Record<string, ReturnType<FakeGitHub['disturb']>>> = {
  'is answered 500': json(500, 'no'),
  'is done, and the answer gets lost': 'cut',
  'is never answered': 'hang',
  'meets a rate limit': json(403, 'You have exceeded a secondary rate limit.', { 'retry-after': '60' }),
  'is answered 422': json(422, 'Update is not a fast forward'),
}

describe.each(Object.entries(REQUESTS))('recorded %s', (how, requests) => {
  const all = requests.flatMap((part) =>
    Object.entries(TROUBLES).map((trouble) => [part, ...trouble] as const),
  )
  // A refusal of what only looks is final, and a real answer takes half a minute to be given up.
  const some = all.filter(([part, , trouble]) => {
    const isLook = !part.startsWith('/') && part !== 'refs/notes'
    return trouble !== 'hang' && !(isLook && trouble === TROUBLES['is answered 422'])
  })
  test.each(some)('%s %s: recorded, once', async (part, _, trouble) => {
    const isBegun = how === 'onto a note'
    if (isBegun) pushNotes(github, { [sha]: 'hello\n' })
    let left = 1
    github.disturb = ({ path, method }) => {
      const isIt = part.startsWith('/') ? path.endsWith(part) && method === 'POST' : path.includes(part)
      return isIt && left-- > 0 ? trouble : undefined
    }
    expect(await new NotesScene().record(VPS, { sha })).toBe(true)
    expect(left).toBeLessThan(1)
    expect(note()).toBe(isBegun ? `hello\n${LINE}` : LINE)
    expect(commitsOfNotes(github)).toBe(isBegun ? 2 : 1)
  })
})

describe('what GitHub refuses is told', () => {
  test('a token that may only read', async () => {
    github.tokens.set('reader', { login: 'github-actions[bot]', permissions: ['contents: read'] })
    const error = await new NotesScene().record(VPS, { sha, token: 'reader' })
    expect(String(error)).toContain("may not have the notes of acme/infra (403): it lacks 'contents: write'")
    expect(github.state.refs.has(REF)).toBe(false)
  })

  test('a rule on refs', async () => {
    const said = 'Repository rule violations found\n\nCannot create ref due to creations being restricted.'
    github.disturb = ({ method, path }) =>
      method === 'POST' && path.endsWith('/refs') ? json(422, said) : undefined
    const error = await new NotesScene().record(VPS, { sha })
    expect(error).toMatchObject({
      message: expect.stringContaining('Cannot create ref due to creations being restricted'),
      hint: expect.stringContaining('refs/notes/nixos-closures'),
    })
    expect(github.exchanges.filter(({ path }) => path.endsWith('/refs'))).toHaveLength(1)
  })

  test('what never passes, when the time is over', async () => {
    pushNotes(github, { [sha]: 'hello\n' })
    github.disturb = ({ method }) => (method === 'PATCH' ? json(422, 'Reference update failed') : undefined)
    const scene = new NotesScene()
    const error = await scene.record(VPS, { sha, ms: 60_000 })
    expect(String(error)).toContain('GitHub refused the notes of acme/infra (status 422). It says: Reference')
    expect(scene.clock.now()).toBeGreaterThan(20_000)
    expect(scene.clock.now()).toBeLessThan(60_000)
    expect(note()).toBe('hello\n')
  })
})

describe('what is written', () => {
  test('is one file for the commit, and nothing else changes', async () => {
    const fanned = `${sha.slice(0, 2)}/${sha.slice(2, 4)}/${sha.slice(4)}`
    const bytes = github.state.git.addBlob(Buffer.from([0xff, 0xfe, 0x0a]))
    const files = {
      ...{ [sha]: { mode: '100644', oid: bytes } as const, [fanned]: 'two' },
      ...{ ['f'.repeat(40)]: 'of another', README: 'read me' },
    }
    github.state.setRef(REF, github.state.commit({ files }), 'alice')
    expect(await new NotesScene().record(VPS, { sha })).toBe(true)
    const place = fannedOut(sha)
    expect([...github.state.filesAt(REF).keys()].toSorted()).toEqual(
      [place, 'f'.repeat(40), 'README'].toSorted(),
    )
    const oid = github.state.filesAt(REF).get(place)?.oid ?? ''
    const text = github.state.git.blobs.get(oid)?.toString('latin1') ?? ''
    expect(text.split('\n').toSorted()).toEqual(['', '\xff\xfe', 'two', LINE.trim()].toSorted())
  })

  test('goes into a ref whose notes were all removed', async () => {
    github.state.setRef(REF, github.state.commit({ files: {} }), 'alice')
    expect(await new NotesScene().record(VPS, { sha })).toBe(true)
    expect([note(), commitsOfNotes(github)]).toEqual([LINE, 2])
  })

  test('is nothing where all is there, or something is refused', async () => {
    const both = [...VPS, { configuration: 'web', path: PATH }]
    const tip = pushNotes(github, { [sha]: `${lineFor(OTHER, 'web')}\n` })
    expect(String(await new NotesScene().record(both, { sha }))).toContain('web of')
    expect(github.state.refs.get(REF)).toBe(tip)
    pushNotes(github, { [sha]: LINE })
    expect(await new NotesScene().record(VPS, { sha })).toBe(false)
    expect(github.exchanges.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  test('is nothing where hosts would not read it any more', async () => {
    pushNotes(github, { [sha]: 'x'.repeat(1_048_576 - LINE.length) })
    const refused = `The note of ${sha} has 1048577 bytes, and hosts read no more than 1048576.`
    expect(String(await new NotesScene().record(VPS, { sha }))).toContain(refused)
    expect(github.exchanges.filter(({ method }) => method !== 'GET')).toEqual([])
    pushNotes(github, { [sha]: 'x'.repeat(1_048_575 - LINE.length) })
    expect(await new NotesScene().record(VPS, { sha })).toBe(true)
  })

  test('is signed once, however often it has to be written', async () => {
    const key = parseSigningKey((await makeKey({ type: 'ecdsa', bits: 256 })).privateKey)
    const signer: Writer['signer'] = {
      sign: ({ path }) => key.sign(path, 'nixos-closures'),
      hasSigned: ({ path }, signature) => key.hasSigned(path, 'nixos-closures', signature),
    }
    let left = 1
    github.disturb = ({ method, path }) =>
      method === 'POST' && path.endsWith('/refs') && left-- > 0 ? 'cut' : undefined
    expect(await new NotesScene().record(VPS, { sha, signer })).toBe(true)
    expect(await new NotesScene().record(VPS, { sha, signer })).toBe(false)
    expect(note()?.split('\n')).toHaveLength(2)
  })
})
