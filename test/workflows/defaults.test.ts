/** What a workflow hands to an action where nobody said anything is what the action itself would take. */
import { describe, expect, test } from '@jest/globals'
import { DEFAULTS } from '../../.github/actions/fleet-stages/fields.ts'
import { parseInputs } from '../../actions/deploy-nixos/inputs.ts'
import { parseInputs as parseWait } from '../../actions/garnix-wait/inputs.ts'
import { inputsWith, REV } from '../deploy-nixos/scene.ts'
import { inputsWith as waitInputsWith } from '../garnix-wait/given.ts'
import { type Contexts, filled } from '../support/expressions.ts'
import { reading } from '../support/fakes.ts'
import { evaluated, type GitHubContext, manifestOf } from '../support/manifest.ts'
import { host, split } from './list.ts'
import { given, job, stepWith } from './workflows.ts'

const DEPLOY = job('deploy-stage.yml', 'deploy')

const stage = (matrixHost: unknown) => ({
  matrix: { host: matrixHost },
  inputs: { rev: REV, mode: 'switch' },
  secrets: { DEPLOY_SSH_KEY: inputsWith({})['ssh-key'] },
})

describe('a host of a stage', () => {
  test('that says no more than it must is deployed by the defaults of deploy-nixos', () => {
    const { inputs } = manifestOf('deploy-nixos')
    const fields = given('actions/deploy-nixos', DEPLOY, stage({ name: 'web-1' }))
    expect(Object.keys(fields).sort()).toEqual(Object.keys(inputs).sort())
    for (const [name, value] of Object.entries(DEFAULTS))
      expect({ name, value: fields[name] }).toEqual({ name, value })
  })

  test('gets everything it says', () => {
    const said = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, `its ${name}`]))
    expect(given('actions/deploy-nixos', DEPLOY, stage({ name: 'web-1', ...said }))).toMatchObject(said)
  })

  test('is what fleet-stages has read, in the end', async () => {
    const { outputs } = await split([
      host('web-1', { port: 2222, 'confirm-timeout': 0, reboot: 'when-required', timeout: '45m' }),
    ])
    const [matrixHost] = JSON.parse(outputs['stage-1'] ?? '') as Readonly<Record<string, unknown>>[]
    const inputs = parseInputs(reading(given('actions/deploy-nixos', DEPLOY, stage(matrixHost))))
    expect(inputs).toMatchObject({
      destination: { host: 'web-1.example.org', port: 2222, user: 'deploy' },
      rev: REV,
      confirmMs: 0,
      reboot: 'when-required',
    })
    expect(filled(String(DEPLOY['timeout-minutes']), stage(matrixHost))).toBe('50')
    expect(filled(DEPLOY.concurrency?.group ?? '', stage(matrixHost))).toBe('deploy-web-1.example.org:2222')
  })
})

test('hosts of a stage neither cancel each other nor are canceled while they deploy', () => {
  expect(DEPLOY.strategy?.['fail-fast']).toBe(false)
  expect(DEPLOY.concurrency?.['cancel-in-progress']).toBe(false)
  expect(DEPLOY.strategy?.matrix).toEqual({ host: '${{ fromJSON(inputs.hosts) }}' })
})

describe('the wait of a fleet', () => {
  const contexts = (github: GitHubContext, inputs: Contexts = {}): Contexts => ({
    github,
    inputs,
    vars: {},
    secrets: {},
    needs: { plan: { outputs: { configurations: 'web-1\nweb-2' } } },
  })
  const wait = job('deploy-fleet.yml', 'wait')
  const head = 'a'.repeat(40)
  const event = { check_run: { head_sha: head }, workflow_run: { head_sha: head }, sha: head }

  test.each(['push', 'check_run', 'workflow_run', 'status'])('is for the commit that %s is about', (name) => {
    const github = { event_name: name, sha: REV, event }
    const own = manifestOf('garnix-wait').inputs['sha']?.default ?? ''
    expect(given('actions/garnix-wait', wait, contexts(github))['sha']).toBe(evaluated(own, github))
    expect(given('actions/garnix-wait', wait, contexts(github, { sha: 'b'.repeat(40) }))['sha']).toBe(
      'b'.repeat(40),
    )
  })

  test("is for the hosts' configurations, with the defaults of garnix-wait", () => {
    const fields = given('actions/garnix-wait', wait, contexts({ event_name: 'push', sha: REV }))
    expect(fields).toMatchObject({ sha: REV, configurations: 'web-1\nweb-2' })
    const { inputs } = manifestOf('garnix-wait')
    const others = Object.keys(fields).filter((name) => !['sha', 'configurations'].includes(name))
    for (const name of others) expect([name, fields[name]]).toEqual([name, inputs[name]?.default])
  })

  test('is looked at again as it was before it is recorded', () => {
    expect(stepWith('actions/garnix-wait', job('deploy-fleet.yml', 'record')).with).toEqual({
      ...stepWith('actions/garnix-wait', wait).with,
      sha: '${{ needs.wait.outputs.sha }}',
      record: '${{ inputs.record }}',
      'record-key': '${{ secrets.RECORD_KEY }}',
    })
  })

  test.each([
    ['', {}, {}],
    ['main', {}, { RECORD_ENVIRONMENT: 'main' }],
    ['signing', { 'record-environment': 'signing' }, { RECORD_ENVIRONMENT: 'main' }],
  ])('is recorded in environment %j, with inputs %j and variables %j', (environment, inputs, vars) => {
    const { name = '' } = job('deploy-fleet.yml', 'record').environment as Readonly<Record<string, string>>
    expect(filled(name, { inputs, vars })).toBe(environment)
  })

  test.each(['canary', 'stage-1', 'stage-2', 'stage-3', 'stage-4', 'configurations', 'names'])(
    'is red where GitHub kept back %s of the plan',
    (missing) => {
      const names = ['canary', 'stage-1', 'stage-2', 'stage-3', 'stage-4', 'configurations', 'names']
      const outputs = Object.fromEntries(names.map((name) => [name, name === missing ? '' : '[]']))
      const [look] = wait.steps ?? []
      expect(filled(look?.if ?? '', { needs: { plan: { outputs } } })).toBe('true')
      expect(filled(look?.if ?? '', { needs: { plan: { outputs: { ...outputs, [missing]: '[]' } } } })).toBe(
        'false',
      )
      expect(look?.run).toMatch(/\nexit 1\n$/)
    },
  )
})

describe('what garnix-wait gets', () => {
  const KEY = 'cache.example.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY='
  const contexts = {
    github: { event_name: 'push', sha: REV, event: {} },
    inputs: { record: 'true', configurations: 'web' },
    vars: { NIX_CACHES: `https://cache.example.org ${KEY}` },
    secrets: {},
    needs: { plan: { outputs: {} }, wait: { outputs: { sha: REV } } },
  }

  test.each([
    ['compare.yml', 'compare', { comment: true, comparesPrevious: true }],
    ['deploy-fleet.yml', 'wait', { recording: undefined }],
    ['deploy-fleet.yml', 'record', { recording: { isReplacing: false } }],
  ])('%s: %s is what it reads', (file, name, expected) => {
    const fields = given('actions/garnix-wait', job(file, name), contexts)
    expect(parseWait(reading(waitInputsWith(fields)), 'push')).toMatchObject(expected)
  })
})

test('a fleet looks for its key without handing it on', () => {
  const step = stepWith('.github/actions/fleet-stages', job('deploy-fleet.yml', 'plan'))
  const hasKey = (key: string) => filled(String(step.with?.['has-key']), { secrets: { DEPLOY_SSH_KEY: key } })
  expect([hasKey(''), hasKey('hunter2')]).toEqual(['false', 'true'])
})
