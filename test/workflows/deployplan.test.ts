/** deploy-plan, and what the jobs of one server hand to the actions. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { DEFAULTS, MODES } from '../../.github/actions/fleet-stages/fields.ts'
import { parseHost } from '../../.github/actions/fleet-stages/host.ts'
import { documentationUrl } from '../../actions/shared/project.ts'
import { filled, isMet } from '../support/expressions.ts'
import { evaluated, manifestOf, root } from '../support/manifest.ts'
import { type ActionRun, runScript } from '../support/run-action.ts'
import { complaint, host, PIN } from './list.ts'
import { callOf, contextsOf, OTHER, REV, type Start } from './oneserver.ts'
import { given, job } from './workflows.ts'

const RUNNING = { success: true, failure: false, cancelled: false, always: true }
const VARS = { DEPLOY_HOST: 'Web.example.org', DEPLOY_HOST_FINGERPRINT: PIN, NIXOS_CONFIGURATIONS: 'web' }
const DEPLOY = job('deploy.yml', 'deploy')
const WAIT = job('deploy.yml', 'wait')
const ROLLBACK = job('rollback.yml', 'rollback')
const PLAN = '.github/actions/deploy-plan'

const planned = (start: Start): Promise<ActionRun> => {
  const inputs = Object.entries(given(PLAN, WAIT, contextsOf(start)))
  const env = inputs.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  return runScript(join(root, PLAN, 'main.ts'), { env: Object.fromEntries(env) as Record<string, string> })
}
const call = (more = {}) => callOf('deploy.yml', more)

describe('the plan', () => {
  test('of the variables alone is the lock and the time of the job', async () => {
    expect(await planned({ vars: VARS })).toMatchObject({
      code: 0,
      stderr: '',
      outputs: { lock: 'web.example.org', minutes: '35' },
    })
  })

  test.each([
    { host: 'a.example.org', port: '2222', timeout: '1h' },
    { host: '[2001:DB8::3]' },
    { host: '2001:db8::3', port: '2222' },
    { host: 'a.example.org', 'jump-host': 'hop.example.org', 'jump-port': '2', 'jump-host-fingerprint': PIN },
  ])('of %j has the lock and the minutes that a fleet gives it', async (more) => {
    const { outputs } = await planned({ vars: VARS, inputs: call(more) })
    const problems: string[] = []
    const { lock, minutes } = parseHost(host('a', more), 1, problems)?.matrix ?? {}
    expect([problems, outputs]).toEqual([[], { lock, minutes: String(minutes) }])
  })

  test.each<readonly [string, Start]>([
    [
      "Nothing can be deployed yet. Set the repository's variable DEPLOY_HOST (the server's name or address), and its variable DEPLOY_KNOWN_HOSTS (",
      {},
    ],
    [
      "Set the repository's variable DEPLOY_KNOWN_HOSTS (its lines of known_hosts) or DEPLOY_HOST_FINGERPRINT",
      { vars: { DEPLOY_HOST: 'a' } },
    ],
    ["'health-timeout' is 'soon'", { vars: VARS, inputs: call({ 'health-timeout': 'soon' }) }],
    ["'mode' is 'swicth'", { vars: VARS, inputs: call({ mode: 'swicth' }) }],
    ["'mode' is 'rollback'", { vars: VARS, inputs: call({ mode: 'rollback' }) }],
    [
      "'record' is 'yes', expected one of false, true, replace.",
      { vars: VARS, inputs: call({ record: 'yes' }) },
    ],
    ["'rev' is 'main', expected 40 hex digits", { vars: VARS, inputs: call({ sha: 'main' }) }],
    ["'host-fingerprint'", { vars: { ...VARS, DEPLOY_HOST_FINGERPRINT: 'MD5:aa' } }],
  ])('says at once: %s', async (message, start) => {
    const run = await planned(start)
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(complaint(run)).toContain(message)
    expect(complaint(run)).toMatch(/Nothing was touched\.$/)
  })

  test('is not fooled into a command by what it is given', async () => {
    const { stdout } = await planned({ vars: VARS, inputs: call({ mode: 'x\n::add-mask::a' }) })
    expect(stdout.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      expect.stringMatching(/^::error::/),
    ])
  })
})

describe('deploy-nixos', () => {
  const hands = (start: Start) => given('actions/deploy-nixos', DEPLOY, contextsOf(start))

  test('gets its own defaults from a push, from a run by hand and from a call that says nothing', () => {
    const fields = hands({ vars: VARS })
    expect(Object.keys(fields).sort()).toEqual(Object.keys(manifestOf('deploy-nixos').inputs).sort())
    const own = { host: VARS.DEPLOY_HOST, 'host-fingerprint': PIN, rev: REV, mode: 'switch' }
    expect(fields).toMatchObject({ ...DEFAULTS, ...own })
    expect(hands({ vars: VARS, inputs: call() })).toEqual(fields)
    const byHand = { event: 'workflow_dispatch', inputs: { sha: '', mode: 'switch' } }
    expect(hands({ vars: VARS, ...byHand })).toEqual(fields)
  })

  test('gets all that a call says, and nothing of the variables beside it', () => {
    const said = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, `its ${name}`]))
    const vars = { ...VARS, HEALTH_URLS: 'https://example.org/', DEPLOY_KNOWN_HOSTS: 'a ssh-ed25519 b' }
    expect(hands({ vars, inputs: call(said) })).toMatchObject(said)
    const other = hands({ vars, inputs: call({ host: 'b', 'known-hosts': 'b ssh-ed25519 c' }) })
    expect(other).toMatchObject({ 'known-hosts': 'b ssh-ed25519 c', 'host-fingerprint': '' })
    expect(hands({ vars })).toMatchObject({ 'health-urls': vars.HEALTH_URLS })
  })

  test.each(MODES)('gets mode %s', (mode) => {
    expect(hands({ vars: VARS, inputs: { sha: '', mode } })['mode']).toBe(mode)
  })

  test('rolls back with what it deploys with', () => {
    const start = { vars: VARS, event: 'workflow_dispatch' }
    const notHere = ['rev', 'reboot', 'protocol']
    const rest = Object.entries(hands(start)).filter(([name]) => !notHere.includes(name))
    const fields = given('actions/deploy-nixos', ROLLBACK, contextsOf(start))
    expect(fields).toEqual({ ...Object.fromEntries(rest), mode: 'rollback' })
    expect(ROLLBACK.environment).toMatchObject({ deployment: false })
    expect(given(PLAN, job('rollback.yml', 'plan'), contextsOf(start))).toMatchObject({
      host: VARS.DEPLOY_HOST,
    })
  })
})

describe('the wait', () => {
  const head = 'a'.repeat(40)
  const payload = { check_run: { head_sha: head }, workflow_run: { head_sha: head }, sha: head }
  const shaOf = (start: Start) => given('actions/garnix-wait', WAIT, contextsOf(start))['sha']

  test.each(['push', 'schedule', 'check_run', 'workflow_run', 'status'])(
    'is for the commit that %s is about',
    (event) => {
      const own = manifestOf('garnix-wait').inputs['sha']?.default ?? ''
      const github = { event_name: event, sha: REV, event: payload }
      expect(shaOf({ event, payload, inputs: call() })).toBe(evaluated(own, github))
      expect(shaOf({ event, payload, inputs: call({ sha: OTHER }) })).toBe(OTHER)
    },
  )

  test('is looked at again as it was before it is recorded', () => {
    const again = job('deploy.yml', 'record').steps?.[0]?.with
    const first = WAIT.steps?.find(({ id }) => id === 'wait')?.with
    const recording = { record: '${{ inputs.record }}', 'record-key': '${{ secrets.RECORD_KEY }}' }
    expect(again).toEqual({ ...first, sha: '${{ needs.wait.outputs.sha }}', ...recording })
  })

  test.each<readonly [boolean, Start]>([
    [true, {}],
    [false, { vars: VARS }],
    [false, { inputs: call({ 'store-paths': 'web=/nix/store/x' }) }],
    [false, { inputs: call({ provider: 'checks', 'check-names': 'ci' }) }],
  ])('has nothing to wait for: %s', (isMissing, start) => {
    const look = WAIT.steps?.find(({ name }) => name === 'Look for what to wait for')
    expect(isMet(look?.if, contextsOf(start), RUNNING)).toBe(isMissing)
    expect(look?.run).toMatch(/^echo "::error::[^$`]*NIXOS_CONFIGURATIONS[^$`]*"\nexit 1\n$/)
  })

  test('takes what build.yml built without the configurations of the variable beside it', () => {
    const inputs = call({ 'store-paths': 'web=/nix/store/x' })
    expect(given('actions/garnix-wait', WAIT, contextsOf({ vars: VARS, inputs }))['configurations']).toBe('')
  })
})

describe('without the deploy key', () => {
  const looks = [job('deploy.yml', 'key'), DEPLOY, ROLLBACK].map(({ steps = [] }) =>
    steps.find(({ name }) => name === 'Look for the deploy key'),
  )

  test('every job that needs it says the two ways to pass it, before anything else', () => {
    expect(new Set(looks.map((look) => look?.run)).size).toBe(1)
    const [look] = looks
    const hasKey = (key: string) =>
      filled(String(look?.env?.['HAS_KEY']), { secrets: { DEPLOY_SSH_KEY: key } })
    expect([hasKey(''), hasKey('hunter2')]).toEqual(['false', 'true'])
    expect(look?.run).toContain(
      "'secrets: inherit', where both repositories have one owner; else a workflow of your own",
    )
    expect(look?.run).toContain(documentationUrl('README.md', 'Use it'))
    const shell = (HAS_KEY: string) => spawnSync('bash', ['-e', '-c', look?.run ?? ''], { env: { HAS_KEY } })
    expect([shell('true'), shell('false'), shell('')].map(({ status }) => status)).toEqual([0, 1, 1])
  })

  test.each([
    ['deploy', DEPLOY, 'wait'],
    ['rollback', ROLLBACK, 'plan'],
  ])('or without the lock that GitHub kept back, nothing is touched: %s', (_, { steps = [] }, from) => {
    const isRed = (lock: string) => isMet(steps[0]?.if, { needs: { [from]: { outputs: { lock } } } }, RUNNING)
    expect([isRed(''), isRed('web.example.org')]).toEqual([true, false])
    expect(steps[0]?.run).toMatch(/^echo "::error::GitHub kept back [^$`]*"\nexit 1\n$/)
  })
})
