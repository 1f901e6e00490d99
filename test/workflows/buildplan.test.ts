/** build.yml: what is built where, who may sign, and what comes of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { joined } from '../../.github/actions/closure-join/join.ts'
import { filled, isMet } from '../support/expressions.ts'
import { root } from '../support/manifest.ts'
import { runScript } from '../support/run-action.ts'
import { complaint } from './list.ts'
import { resultsOf } from './running.ts'
import { job, stepWith, workflow } from './workflows.ts'

type Inputs = Readonly<Record<string, string>>

const GOOD = { configurations: 'web', system: 'x86_64-linux', cache: 's3://cache', 'has-key': 'true' }
const BUILD = job('build.yml', 'build')
const RUNNING = { success: true, failure: false, cancelled: false, always: true }

function planned(given: Inputs = {}, event = 'push') {
  const inputs = Object.entries({ ...GOOD, ...given }).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ])
  const env = { ...(Object.fromEntries(inputs) as Inputs), GITHUB_EVENT_NAME: event }
  return runScript(join(root, '.github/actions/build-plan/main.ts'), { env })
}

test('each configuration gets the runner of its system', async () => {
  const { code, outputs } = await planned({
    configurations: 'web\n db  aarch64-linux\n\n',
    system: 'x86_64-linux',
  })
  expect(code).toBe(0)
  expect(JSON.parse(outputs['builds'] ?? '')).toEqual([
    { name: 'web', system: 'x86_64-linux', runner: 'ubuntu-24.04' },
    { name: 'db', system: 'aarch64-linux', runner: 'ubuntu-24.04-arm' },
  ])
  expect(outputs).toMatchObject({ names: 'web\ndb', pushes: 'true' })
})

test.each<readonly [string, Inputs, RegExp]>([
  ['nothing to build', { configurations: '\n' }, /^There is nothing to build\. .*NIXOS_CONFIGURATIONS/],
  ['a name that is none', { configurations: 'web; id' }, /^'configurations' has 'web; id', expected/],
  ['an attribute path', { configurations: 'a"b' }, /^'configurations' has 'a"b', expected/],
  [
    'an unknown system',
    { configurations: 'web riscv64-linux' },
    /is for 'riscv64-linux', expected one of x86_64-linux/,
  ],
  ['one name twice', { configurations: 'web\nWEB aarch64-linux' }, /has 'WEB' twice/],
  ['no cache', { cache: '' }, /^Neither 'cache' nor 'push-command' is given/],
  ['two ways', { 'push-command': 'true' }, /^'cache' and 'push-command' are both given/],
  [
    'no key',
    { 'has-key': 'false' },
    /^Secret CACHE_SIGNING_KEY is empty, .*'secrets: inherit' within one owner/,
  ],
  [
    '257',
    { configurations: Array.from({ length: 257 }, (_, at) => `a${at}`).join('\n') },
    /^There are 257 config/,
  ],
])('is refused: %s', async (_, given, message) => {
  const run = await planned(given)
  expect(run).toMatchObject({ code: 1, outputs: {} })
  expect(complaint(run)).toMatch(message)
})

describe('who may sign', () => {
  test.each(['push', 'schedule', 'workflow_dispatch'])(
    'what %s builds is signed and pushed',
    async (event) => {
      expect((await planned({}, event)).outputs['pushes']).toBe('true')
    },
  )

  test('a pull request is built, without a key or a cache', async () => {
    const run = await planned({ cache: '', 'has-key': 'false' }, 'pull_request')
    expect(run).toMatchObject({ code: 0, outputs: { pushes: 'false' } })
  })

  test.each(['pull_request_target', 'workflow_run', 'issue_comment'])(
    'nothing is built on %s',
    async (event) => {
      expect(complaint(await planned({}, event))).toContain(`Nothing is built on ${event}`)
    },
  )

  test.each([
    ['true', true, 'main'],
    ['false', false, ''],
    ['', false, ''],
  ])('with pushes %j the key gets to a step: %s, in environment %j', (pushes, isPushed, environment) => {
    const contexts = { needs: { plan: { outputs: { pushes } } }, inputs: { environment: 'main' } }
    expect(isMet(stepWith('.github/actions/closure-push', BUILD).if, contexts, RUNNING)).toBe(isPushed)
    const { name = '', deployment } = BUILD.environment as { name?: string; deployment?: boolean }
    expect([filled(name, contexts), deployment]).toEqual([environment, false])
  })

  test('no step has a signing key but the one that pushes', () => {
    const having = Object.values(workflow('build.yml').jobs)
      .flatMap(({ steps = [] }) => steps)
      .filter((step) => /secrets\.(?:CACHE_(?!SIGNING_KEY != '')|AWS)/.test(JSON.stringify(step)))
    expect(having.map(({ uses }) => uses)).toEqual(['$/.github/actions/closure-push'])
  })
})

describe('the list of store paths', () => {
  const path = (name: string) => `/nix/store/${'a'.repeat(32)}-nixos-${name}`

  test('has all of them, in their order', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'closures-'))
    for (const name of ['db', 'web'])
      writeFileSync(join(folder, `${name}.closure`), `${name}=${path(name)}\n`)
    const run = (names: string) =>
      runScript(join(root, '.github/actions/closure-join/main.ts'), {
        env: { INPUT_FOLDER: folder, INPUT_NAMES: names },
      })
    expect((await run('web\ndb')).outputs).toEqual({ 'store-paths': `web=${path('web')}\ndb=${path('db')}` })
    const short = await run('web\ndb\nmail')
    expect(short).toMatchObject({ code: 1, outputs: {} })
    expect(complaint(short)).toMatch(/^There is no one store path of mail: /)
    rmSync(folder, { recursive: true })
  })

  test.each([
    [['web=/etc/passwd']],
    [['web=/nix/store/x']],
    [[`web=${path('a')}`, `web=${path('b')}`]],
    [[]],
  ])('is refused of %j', (found) => {
    expect(() => joined(['web'], found)).toThrow(/no store path|no one store path/)
  })

  test('is made, or said to be missing, also where a build is red', () => {
    const ran = (ends = {}) => resultsOf(workflow('build.yml'), { ends, outputs: {}, contexts: {} })
    expect(ran()).toEqual({ plan: 'success', build: 'success', join: 'success' })
    expect(ran({ build: 'failure' })).toMatchObject({ join: 'success' })
    expect(ran({ plan: 'failure' })).toMatchObject({ build: 'skipped', join: 'skipped' })
    expect(BUILD.strategy?.['fail-fast']).toBe(false)
  })

  test.each(['builds', 'names', 'pushes'])('is none where GitHub kept back %s of the plan', (missing) => {
    const [look] = job('build.yml', 'join').steps ?? []
    const isRed = (outputs: Inputs) => isMet(look?.if, { needs: { plan: { outputs } } }, RUNNING)
    const whole = { builds: '[]', names: 'web', pushes: 'false' }
    expect([isRed(whole), isRed({ ...whole, [missing]: '' })]).toEqual([false, true])
    expect(look?.run).toMatch(/^echo "::error::GitHub kept back [^$`]*"\nexit 1\n$/)
  })

  test('is there for a re-run of what was red as long as GitHub takes one: 30 days', () => {
    const keeps = BUILD.steps?.filter(({ uses = '' }) => uses.startsWith('actions/upload-artifact@'))
    expect(keeps?.map((step) => step.with?.['retention-days'])).toEqual([30])
  })
})
