import { describe, expect, test } from '@jest/globals'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import type { CheckRun } from '../../actions/garnix-wait/checkruns.ts'
import type { ChecksReader } from '../../actions/garnix-wait/checksreader.ts'
import { watchChecks } from '../../actions/garnix-wait/ciwatch.ts'
import type { Problem, Verdict } from '../../actions/garnix-wait/civerdict.ts'
import { problemWords, silenceWords } from '../../actions/garnix-wait/ciwords.ts'
import { logTail } from '../../actions/garnix-wait/logtail.ts'
import { nearMisses } from '../../actions/shared/nearmiss.ts'
import { Pace } from '../../actions/garnix-wait/pace.ts'
import { StallWatch } from '../../actions/garnix-wait/stall.ts'
import { FakeClock, RecordingLog } from '../support/fakes.ts'

describe('near misses', () => {
  test.each([
    ['nixosConfig vps-arm', ['nixosConfig vps-amr', 'nixosConfig mail'], ['nixosConfig vps-amr']],
    [
      'nixosConfig web',
      ['homeConfig web', 'package web [x86_64-linux]'],
      ['homeConfig web', 'package web [x86_64-linux]'],
    ],
    ['nixosConfig web', ['nixosConfig WEB', 'nixosConfig web'], ['nixosConfig WEB']],
    ['nixosConfig web', ['Evaluate flake.nix', 'All Garnix checks', 'x'.repeat(60_000)], []],
    ['abcdef', ['abcdeX', 'abcdYX', 'abcdef1', 'bcdef', 'abcdef1'], ['abcdeX', 'abcdef1', 'bcdef']],
    ['', ['a', 'bcd'], ['a']],
    ['a', [''], ['']],
  ])('of %j among %j', (wanted, names, near) => {
    expect(nearMisses(wanted, names)).toEqual(near)
  })
})

describe('the end of a log', () => {
  test.each([
    ['', ''],
    ['Last 100 lines of logs:\n```\none\ntwo\n\n```\n', 'one\ntwo'],
    ['Last 100 lines of logs:\n```\none\n```\ntwo\n```\n', 'one\n```\ntwo'],
    ['no fence\r\nat all', 'no fence\nat all'],
    [`\`\`\`\n${'x'.repeat(1_000)}\n\`\`\``, 'x'.repeat(650)],
  ])('of %j', (text, tail) => {
    expect(logTail(text)).toBe(tail)
  })

  test('is forty lines', () => {
    const lines = Array.from({ length: 100 }, (_, at) => `line ${at}`)
    expect(logTail(`\`\`\`\n${lines.join('\n')}\n\`\`\`\n`).split('\n')).toEqual(lines.slice(60))
  })
})

test('silence is told once, until it is broken', () => {
  const watch = new StallWatch(100)
  const run = (text: string, state = 'running') => [{ id: 1, text, state } as CheckRun]
  const told = (text: string, ms: number) => watch.silent(run(text), ms).length
  expect([told('a', 0), told('a', 99), told('a', 100), told('a', 500)]).toEqual([0, 0, 1, 0])
  expect([told('b', 600), told('b', 699), told('b', 700)]).toEqual([0, 0, 1])
  expect(watch.silent(run('b', 'failed'), 9_000)).toEqual([])
  expect(silenceWords({ name: 'x' } as CheckRun, 100)).toMatch(/^'x' has said nothing new for 100 ms\. An/)
})

test('the pace is that of a poor man when every question costs', async () => {
  const clock = new FakeClock()
  let spent = 100
  const pace = new Pace({ clock, checks: 1, spent: () => spent })
  const pauses: number[] = []
  for (let count = 0; count < 80; count++) {
    spent++
    const ms = pace.next(1)
    pauses.push(ms)
    clock.advance(ms)
  }
  expect(pauses.slice(0, 6)).toEqual([5_000, 7_500, 11_250, 16_875, 25_313, 30_000])
  expect(pauses.at(-1)).toBeGreaterThan(38_000)
  pace.quicken()
  spent -= 10
  expect(pace.next(1)).toBe(5_000)
})

test('the pace is slower for what costs more', () => {
  const clock = new FakeClock()
  const pause = (cost: number): number => {
    const pace = new Pace({ clock, checks: 1, spent: () => 0 })
    return pace.next(cost)
  }
  expect(pause(8)).toBe(5_000)
  expect(pause(10)).toBeGreaterThan(70_000)
})

describe('a problem in words', () => {
  const scene = {
    provider: 'garnix',
    sha: '95a89711a27f21aa3c6f5ca4ec56e4b1e8e4a2d1',
    discoveryMs: 120_000,
    knowsCommit: true,
    existing: [],
    trouble: undefined,
  } as const

  test('says where it may come from when there is nothing at all', () => {
    const problem: Problem = { kind: 'undiscovered', names: ['nixosConfig web'] }
    expect(problemWords(problem, scene).hint).toMatch(
      /^Garnix builds the newest commit .* The commit has no checks at all\.$/,
    )
  })

  test('is no longer than anybody would read', () => {
    const existing = Array.from({ length: 500 }, (_, at) => ({ name: `${at}`.repeat(1_000) }) as CheckRun)
    const { message, hint } = problemWords(
      { kind: 'absent', names: ['x'.repeat(10_000)] },
      { ...scene, existing },
    )
    expect(message.length).toBeLessThan(300)
    expect(hint?.length).toBeLessThan(10_000)
  })
})

test('whenever something has happened it is looked more often', async () => {
  const clock = new FakeClock()
  const looks: number[] = []
  const look = async (): Promise<Verdict> => {
    looks.push(clock.now())
    return { kind: 'waiting', steps: new Map([['x', looks.length > 6 ? 'check' : 'evaluation']]) }
  }
  await watchChecks(
    {
      lookout: { look, seen: () => [], cost: () => 1, trouble: () => undefined },
      reader: {} as unknown as ChecksReader,
      clock,
      log: new RecordingLog(),
      spent: () => 0,
    },
    { discoveryMs: 1_000, stallMs: 1_000 },
    { deadline: deadlineIn(clock, 160_000), signal: new AbortController().signal },
  )
  const pauses = looks.slice(1).map((ms, at) => ms - (looks[at] ?? 0))
  expect(pauses.slice(0, 8)).toEqual([5_000, 7_500, 11_250, 16_875, 25_313, 30_000, 5_000, 7_500])
})

describe('a bug is no verdict', () => {
  const bug = async (): Promise<never> => {
    throw new TypeError('x is not a function')
  }
  const watching = (look: () => Promise<Verdict>) => {
    const clock = new FakeClock()
    const lookout = { look, seen: () => [], cost: () => 1, trouble: () => undefined }
    const reader = { all: bug } as unknown as ChecksReader
    return watchChecks(
      { lookout, reader, clock, log: new RecordingLog(), spent: () => 0 },
      { discoveryMs: 1_000, stallMs: 1_000 },
      { deadline: deadlineIn(clock, 60_000), signal: new AbortController().signal },
    )
  }

  test('where the checks are read', async () => {
    await expect(watching(bug)).rejects.toThrow(TypeError)
  })

  test('where it is looked what there is', async () => {
    const absent: Verdict = { kind: 'failed', problems: [{ kind: 'absent', names: ['x'] }] }
    await expect(watching(async () => absent)).rejects.toThrow(TypeError)
  })
})
