/** Inputs of hosts that keep no record of pushes: git itself is asked. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { filesBelow } from '../../actions/shared/adapters/files.ts'
import { runProgram } from '../../actions/shared/adapters/process.ts'
import type { Finished, RunOptions, RunProgram } from '../../actions/shared/ports.ts'
import { parseAccessTokens } from '../../actions/update-flake-pr/accesstokens.ts'
import { Cooling } from '../../actions/update-flake-pr/cooldown.ts'
import { FakeClock, RecordingLog } from '../support/fakes.ts'
import { DAY_MS, daysAgo, inputOf, NOW_MS, plain } from './cooldownscene.ts'
import { rev } from './locks.ts'

const folder = mkdtempSync(join(tmpdir(), 'nix-vps-cooldown-'))
const environment = { ...process.env }

/** One commit for each number of days. */
function repositoryWith(name: string, days: readonly number[]): readonly string[] {
  const repository = join(folder, name)
  const git = (date: string, ...args: readonly string[]): string => {
    const env = { ...process.env, GIT_COMMITTER_DATE: date }
    return execFileSync('git', ['-C', repository, ...args], { env })
      .toString()
      .trim()
  }
  execFileSync('git', ['init', '-q', '-b', 'main', repository])
  return days.map((age) => {
    const person = ['-c', 'user.name=a', '-c', 'user.email=a@b.example']
    git(daysAgo(age), ...person, 'commit', '-q', '--allow-empty', '-m', 'x')
    return git('', 'rev-parse', 'HEAD')
  })
}

beforeAll(() => {
  process.env['RUNNER_TEMP'] = folder
})
afterAll(() => {
  process.env = environment
  rmSync(folder, { recursive: true })
})

interface Given {
  readonly run?: RunProgram
  readonly tokens?: string
}

async function cooled(input: ReturnType<typeof inputOf>, { run = runProgram, tokens = '' }: Given = {}) {
  const clock = new FakeClock()
  const cooling = new Cooling(
    { ms: 7 * DAY_MS, exempt: [] },
    {
      ...{
        run,
        clock,
        log: new RecordingLog(),
        files: filesBelow('/'),
        cancel: new AbortController().signal,
      },
      ...{ serverUrl: 'https://github.com', apiUrl: 'https://api.github.com', epochMs: NOW_MS },
      accessTokens: parseAccessTokens(tokens),
      ask: () => Promise.reject(new Error('GitHub is not asked.')),
      fetch: () => Promise.reject(new Error('Nobody is asked.')),
    },
  )
  return plain(await cooling.cooled([input]))
}

function local(name: string, ref?: string) {
  return { type: 'git', url: `file://${join(folder, name)}`, ...(ref === undefined ? {} : { ref }) }
}

const NOTHING = { update: [], pins: {}, words: [] }

test.each([
  ['shortly before', [60, 8, 3, 1]],
  ['long before', [900, 400, 3, 1]],
])('moves to the newest commit that is old enough, %s', async (name, days) => {
  const [old, aged, , tip] = repositoryWith(name.replace(' ', '-'), days)
  const original = local(name.replace(' ', '-'), 'refs/heads/main')
  const input = inputOf(original, old)
  const locked = input.locked && { ...input.locked, lastModified: NOW_MS / 1_000 - 1_000 * 86_400 }
  expect(await cooled({ ...input, locked })).toEqual({
    ...NOTHING,
    pins: { input: `git+${original.url}?ref=refs/heads/main&rev=${aged}` },
    words: [
      `moved to ${aged?.slice(0, 8)}: its newer tip ${tip?.slice(0, 8)} is 24 hours old by the date of the commit (cooldown 7 days)`,
    ],
  })
  expect(readdirSync(folder).filter((entry) => entry.startsWith('nix-vps-'))).toEqual([])
})

test('a tip that is old enough', async () => {
  const [aged] = repositoryWith('aged', [8])
  expect(await cooled(inputOf(local('aged'), rev('1')))).toEqual({
    ...NOTHING,
    pins: { input: `git+${local('aged').url}?rev=${aged}` },
    words: [`moved to ${aged?.slice(0, 8)}, which is old enough by its date (cooldown 7 days)`],
  })
})

test('never goes back, by the date in the lock', async () => {
  repositoryWith('back', [40, 1])
  expect((await cooled(inputOf(local('back'), rev('1')))).words).toEqual([
    expect.stringMatching(/^held at 11111111: its newer tip/),
  ])
  const input = inputOf(local('back'), rev('1'))
  const locked = input.locked && { ...input.locked, lastModified: undefined }
  expect((await cooled({ ...input, locked })).words).toEqual([
    expect.stringMatching(/^held at 11111111: it is not known whether \w{8} is newer/),
  ])
})

test('a branch that is younger is held', async () => {
  repositoryWith('young', [2, 1])
  expect((await cooled(inputOf(local('young'), rev('1')))).words).toEqual([
    'held at 11111111: no commit of its branch is old enough, by their dates (cooldown 7 days)',
  ])
})

test.each([
  [local('nowhere'), /^held at 11111111: git could not look it up: .*not (?:exist|appear)/],
  [local('aged', 'nowhere'), /^held at 11111111: git could not look it up: .*nowhere not found/],
])('what git cannot look up is held, and why: %j', async (original, words) => {
  expect((await cooled(inputOf(original, rev('1')))).words).toEqual([expect.stringMatching(words)])
})

/** A git that says so, and what it was started with. */
function fakeGit(...answers: readonly (Partial<Finished> | undefined)[]) {
  const started: { readonly argv: readonly string[]; readonly env: RunOptions['env'] }[] = []
  const run: RunProgram = async (argv, { env }) => {
    started.push({ argv, env })
    const answer = answers[started.length - 1]
    return answer && { code: 0, stdout: '', stderr: '', ...answer }
  }
  return { run, started }
}

test.each([
  [[undefined], 'there is no git to look it up with'],
  [[{ code: null }], 'git could not look it up: it does not say why'],
  [
    [{ code: 1, stderr: "x\nfatal: no access to 'https://me:secret@a.example/x'\nmore" }],
    "git could not look it up: no access to 'https://a.example/x'",
  ],
  [[{}, {}], 'git does not tell its newest commit'],
  [[{}, undefined], 'git does not tell its newest commit'],
  [
    [{}, { stdout: `${NOW_MS / 1_000} ${rev('2')}\n` }, {}, {}, {}, {}],
    'no commit of its branch is old enough, by their dates',
  ],
  [
    [{}, { stdout: `${NOW_MS / 1_000} ${rev('2')}\n` }, { code: 1 }],
    'git could not look it up: it does not say why',
  ],
])('without an answer it is held: %j', async (answers, words) => {
  const { run } = fakeGit(...answers)
  expect((await cooled(inputOf(local('x'), rev('1')), { run })).words).toEqual([
    `held at 11111111: ${words} (cooldown 7 days)`,
  ])
})

const GITLAB = { type: 'gitlab', owner: 'group%2Fsub', repo: 'r', ref: 'x' }
const PLAIN = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file' }
const LOGIN = Buffer.from('oauth2:secret').toString('base64')

test.each([
  [GITLAB, 'https://gitlab.com/group/sub/r.git', 'gitlab.com'],
  [{ type: 'sourcehut', owner: '~a', repo: 'r' }, 'https://git.sr.ht/~a/r', undefined],
  [{ type: 'git', url: 'ssh://git@codeberg.org/o/r' }, 'ssh://git@codeberg.org/o/r', undefined],
  [{ type: 'git', url: 'https://codeberg.org/o/r.git?dir=x' }, 'https://codeberg.org/o/r.git', undefined],
  [{ type: 'git', url: 'https://git.example/r' }, 'https://git.example/r', undefined],
])('git gets the token of its host in its environment, and no other: %j', async (original, url, host) => {
  const { run, started } = fakeGit(undefined)
  await cooled(inputOf(original, rev('1')), {
    run,
    tokens: 'gitlab.com=PAT:secret\ngithub.com=other\ngit.example=x',
  })
  expect(started[0]?.argv.slice(-3, -1)).toEqual(['--', url])
  expect(started[0]?.argv.join(' ')).not.toContain('secret')
  const known = {
    ...{ GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: `http.https://${host}/.extraHeader` },
    ...{ GIT_CONFIG_VALUE_0: `Authorization: Basic ${LOGIN}` },
    ...{ GIT_CONFIG_KEY_1: 'http.followRedirects', GIT_CONFIG_VALUE_1: 'false' },
  }
  expect(started[0]?.env).toEqual(host === undefined ? PLAIN : { ...PLAIN, ...known })
})

test('a token goes over no connection that is open to everybody', async () => {
  const { run, started } = fakeGit(undefined)
  const original = { type: 'git', url: 'http://gitlab.com/o/r' }
  await cooled(inputOf(original, rev('1')), { run, tokens: 'gitlab.com=secret' })
  expect(started[0]?.env).toEqual(PLAIN)
})
