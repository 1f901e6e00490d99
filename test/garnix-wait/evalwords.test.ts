import { describe, expect, test } from '@jest/globals'
import { evalRoute } from '../../actions/garnix-wait/evalroute.ts'
import type { Finished, RunProgram } from '../../actions/shared/ports.ts'
import { SHA } from './given.ts'

const routeWith = (run: RunProgram) => evalRoute({ run, workspace: '/checkout', sha: SHA, timeoutMs: 60_000 })

test('an evaluation is dear', () => {
  expect(routeWith(async () => undefined).isDear).toBe(true)
})

describe('without what it takes', () => {
  const answering =
    (answers: Readonly<Record<string, Finished | undefined>>): RunProgram =>
    async ([program = '']) =>
      answers[program]
  const found: Finished = { code: 0, stdout: '/checkout\nsha\n', stderr: '' }
  const wordsOf = async (answers: Readonly<Record<string, Finished | undefined>>) =>
    (await routeWith(answering(answers)).ask(['web'])).get('web')

  test('there is a word about it, and asking again does not help', async () => {
    const final = (words: string) => ({ path: undefined, words, isFinal: true })
    expect(await wordsOf({})).toEqual(final('there is no git here'))
    expect(await wordsOf({ git: found })).toEqual(final('there is no nix here'))
    expect(await wordsOf({ git: { ...found, code: 128, stderr: '' } })).toEqual(
      final('/checkout holds no checkout that has the commit'),
    )
    expect(await wordsOf({ git: { ...found, stdout: '' } })).toEqual(
      final('/checkout holds no checkout that has the commit'),
    )
    expect(await wordsOf({ git: found, nix: { ...found, code: null } })).toEqual(
      final('nix did not end within 1 min, or was killed'),
    )
    expect(
      await wordsOf({ git: found, nix: { code: 1, stdout: '', stderr: `\n${'x'.repeat(1_000)}\n\n` } }),
    ).toEqual(final(`nix ended with 1: ${'x'.repeat(300)}…`))
  })

  test('a program that cannot be started is told, unless nobody wants to hear of it', async () => {
    const calling = new AbortController()
    const broken: RunProgram = async ([program = '']) => {
      if (program === 'git' && !calling.signal.aborted) return found
      throw new Error(`${program} could not be started: EACCES`)
    }
    const ask = () => routeWith(broken).ask(['web'], calling.signal)
    expect((await ask()).get('web')).toEqual({
      path: undefined,
      words: 'nix could not be started: EACCES',
      isFinal: true,
    })
    const reason = new Error('enough')
    calling.abort(reason)
    await expect(ask()).rejects.toBe(reason)
  })

  test('the signal and the time reach every program', async () => {
    const { signal } = new AbortController()
    const seen: unknown[] = []
    const watching: RunProgram = async ([program], { signal: given, timeoutMs }) => {
      seen.push([program, given === signal, timeoutMs])
      return found
    }
    await routeWith(watching).ask(['web'], signal)
    expect(seen).toEqual([
      ['git', true, 30_000],
      ['git', true, 30_000],
      ['nix', true, 60_000],
    ])
  })
})

test('nix is told to know flakes, and its last error is what it said', async () => {
  const asked: string[] = []
  const stderr =
    'error:\n  … while evaluating\n\n  error: there is no disk\n  error:\n  note: a trace is longer\n'
  const run: RunProgram = async (argv) => {
    asked.push(argv.join(' '))
    return argv[0] === 'nix'
      ? { code: 1, stdout: '', stderr }
      : { code: 0, stdout: '/checkout\n', stderr: '' }
  }
  const reply = (await routeWith(run).ask(['web'])).get('web')
  expect(reply).toHaveProperty('words', 'nix ended with 1: error: there is no disk')
  expect(asked.at(-1)).toContain('--extra-experimental-features nix-command flakes --no-write-lock-file')
})
