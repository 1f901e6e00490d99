import { beforeEach, describe, expect, test } from '@jest/globals'
import { parseInputs } from '../../actions/garnix-wait/inputs.ts'
import { OwnNote, type Around } from '../../actions/garnix-wait/ownnote.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import { GitHubUnavailable } from '../../actions/shared/github.ts'
import { FakeClock, reading } from '../support/fakes.ts'
import { inputsWith, SHA } from './given.ts'

const MINUTE = 60_000
const NO_CI = { provider: 'none', caches: 'https://cache.nixos.org' }
const BUILT = { kind: 'built', runs: new Map() } as const

let clock: FakeClock
let texts: Map<string, string>
let error: Error | undefined
/** What was asked for, and how long it could take. */
let asked: [string, number][]

beforeEach(() => {
  clock = new FakeClock()
  texts = new Map()
  error = undefined
  asked = []
})

/** Of a wait of an hour; `ci` may be changed. */
function noteOf(given: Readonly<Record<string, string>> = {}, more: Partial<Around> = {}) {
  const answer = <Value>(what: string, remainingMs: number, value: Value): Value => {
    asked.push([what, remainingMs])
    if (error !== undefined) throw error
    return value
  }
  const around: { -readonly [Key in keyof Around]: Around[Key] } = {
    inputs: parseInputs(reading(inputsWith(given)), 'push'),
    world: { clock },
    deadline: deadlineIn(clock, 60 * MINUTE),
    ci: undefined,
    notes: {
      textOf: async (sha, { deadline }) => answer('text', deadline.remainingMs(), texts.get(sha) ?? ''),
      areThere: async ({ deadline }) => answer('any', deadline.remainingMs(), texts.size > 0),
      commits: async () => Promise.reject(new Error('Nobody wants to know.')),
    },
    ...more,
  }
  const note = new OwnNote(around)
  return { note, around, ask: () => note.ask() }
}

describe('the note of the commit', () => {
  test('is read, with little patience', async () => {
    texts.set(SHA, 'web /nix/store/…\n')
    expect(await noteOf().ask()).toEqual({ text: 'web /nix/store/…\n', isFinal: false })
    expect(asked).toEqual([['text', 20_000]])
    const { ask } = noteOf({}, { deadline: deadlineIn(clock, 1_000) })
    await ask()
    expect(asked.at(-1)).toEqual(['text', 1_000])
  })

  test('may come later where others have one', async () => {
    texts.set('0'.repeat(40), 'web /nix/store/…\n')
    expect(await noteOf().ask()).toEqual({ text: '', isFinal: false })
  })

  test('is not waited for where nobody records anything', async () => {
    expect(await noteOf(NO_CI).ask()).toEqual({
      text: undefined,
      words: 'no commit of this repository has one',
      isFinal: true,
    })
    expect(asked.map(([what]) => what)).toEqual(['text', 'any'])
  })

  test('is not waited for once the CI is done, and read once more', async () => {
    texts.set('0'.repeat(40), 'web /nix/store/…\n')
    const { ask, around } = noteOf()
    await ask()
    around.ci = BUILT
    texts.set(SHA, 'db /nix/store/…\n')
    expect(await ask()).toEqual({ text: 'db /nix/store/…\n', isFinal: true })
    expect(await noteOf(NO_CI, { ci: BUILT }).ask()).toMatchObject({ isFinal: false })
  })

  test.each([
    [{}, 5 * MINUTE],
    [NO_CI, MINUTE / 2],
  ])('is asked for now and then (%j: every %i ms)', async (given, pauseMs) => {
    texts.set('0'.repeat(40), 'web /nix/store/…\n')
    const { ask } = noteOf(given)
    await ask()
    clock.advance(pauseMs - 1)
    texts.set(SHA, 'web /nix/store/…\n')
    expect(await ask()).toMatchObject({ text: '' })
    clock.advance(1)
    expect(await ask()).toMatchObject({ text: 'web /nix/store/…\n' })
    expect(asked.map(([what]) => what)).toEqual(['text', 'any', 'text'])
  })

  test('is not read by a run that writes it: what it says must not be signed for it', async () => {
    const given = { record: 'true', caches: 'https://cache.nixos.org' }
    expect(await noteOf(given).ask()).toMatchObject({ text: undefined, isFinal: true })
    expect(asked).toEqual([])
  })

  test('is not read for a comment: reviewers are shown what the CI has built', async () => {
    texts.set(SHA, 'web /nix/store/…\n')
    expect(await noteOf({ comment: 'true' }).ask()).toEqual({
      text: undefined,
      words: 'what a pull request is told is not taken from it',
      isFinal: true,
    })
    expect(asked).toEqual([])
  })

  test('is not read without a token', async () => {
    expect(await noteOf({ ...NO_CI, token: '' }).ask()).toMatchObject({
      words: "there is no 'token' to read it with",
      isFinal: true,
    })
    expect(asked).toEqual([])
  })

  test.each([
    { refusal: new ActionError('The token may not.'), more: {}, isFinal: true },
    { refusal: new GitHubUnavailable('GitHub sleeps.'), more: {}, isFinal: false },
    { refusal: new GitHubUnavailable('GitHub sleeps.'), more: { ci: BUILT }, isFinal: true },
  ])('is not known, finally: $isFinal, because $refusal.message', async ({ refusal, more, isFinal }) => {
    error = refusal
    const words = refusal.message.slice(0, -1)
    expect(await noteOf({}, more).ask()).toEqual({ text: undefined, words, isFinal })
  })

  test('a bug is a bug', async () => {
    error = new TypeError('x is not a function')
    await expect(noteOf().ask()).rejects.toThrow('x is not a function')
  })
})
