/** deploy.yml: which job is started on what event, and after what. */
import { describe, expect, test } from '@jest/globals'
import { filled, isMet } from '../support/expressions.ts'
import { callOf, contextsOf, OTHER, ran, REV, type Start, waited } from './oneserver.ts'
import type { Result } from './running.ts'
import { job, workflow, workflowFiles } from './workflows.ts'

const DEPLOY = job('deploy.yml', 'deploy')
const call = (given = {}) => callOf('deploy.yml', given)

describe('is started', () => {
  const starts: readonly (readonly [string, Start])[] = [
    ['by a push', {}],
    ['by hand', { event: 'workflow_dispatch', inputs: { sha: '', mode: 'switch' } }],
    ['by hand with a commit', { event: 'workflow_dispatch', inputs: { sha: OTHER, mode: 'boot' } }],
    ['by a call on a push', { inputs: call() }],
    ['by a call on a check run', { event: 'check_run', inputs: call() }],
  ]

  test.each(starts)('%s: nothing is compared, and the deploy follows the wait', (_, start) => {
    expect(ran(start)).toEqual({
      due: 'skipped',
      key: 'skipped',
      wait: 'success',
      record: 'skipped',
      deploy: 'success',
    })
  })

  test('by a call without an environment: the key is looked for before the wait', () => {
    const start = { inputs: call({ environment: '' }) }
    expect(ran(start)).toMatchObject({ due: 'skipped', key: 'success', wait: 'success', deploy: 'success' })
    expect(ran(start, { ends: { key: 'failure' } })).toMatchObject({ wait: 'skipped', deploy: 'skipped' })
  })

  test.each<readonly [string, Start]>([
    ['the clock', { event: 'schedule' }],
    ["a caller's clock", { event: 'schedule', inputs: call() }],
  ])('by %s: it goes on if the tip is due, and only then', (_, start) => {
    const due = (outputs: Readonly<Record<string, string>>, ends = {}) =>
      ran(start, { outputs: { due: outputs }, ends })
    expect(due({ due: 'true' })).toMatchObject({ due: 'success', wait: 'success', deploy: 'success' })
    const stopped = { wait: 'skipped', record: 'skipped', deploy: 'skipped' }
    expect(due({ due: 'false' })).toMatchObject({ due: 'success', ...stopped })
    // Where nothing is named, the step that says so hands nothing on.
    expect(due({})).toMatchObject({ due: 'success', ...stopped })
    expect(due({ due: 'true' }, { due: 'failure' })).toMatchObject(stopped)
    expect(due({ due: 'true' }, { due: 'cancelled' })).toMatchObject(stopped)
  })

  const vars = { DEPLOY_HOST: 'web.example.org' }
  test.each<readonly [string, Start, readonly string[]]>([
    ['switches a server', { vars }, ['due']],
    ['switches a server that a call names', { inputs: call({ host: 'web' }) }, ['due']],
    ['has no server', {}, ['Look for a server']],
    ['has no environment', { vars, inputs: call({ environment: '' }) }, ['Look for an environment']],
    // It would be due every hour.
    ['only tries', { vars, inputs: call({ mode: 'test' }) }, ['Look for a mode that is recorded']],
  ])('by the clock asks GitHub where there can be an answer: %s', (_, start, expected) => {
    const status = { success: true, failure: false, cancelled: false, always: true }
    const steps = job('deploy.yml', 'due').steps ?? []
    const contexts = contextsOf({ event: 'schedule', ...start })
    const run = steps.filter((step) => isMet(step.if, contexts, status))
    expect(run.map(({ id, name }) => id ?? name)).toEqual(expected)
  })

  test('once an hour, and not on the full one', () => {
    expect(workflow('deploy.yml').on['schedule']).toEqual([
      { cron: expect.stringMatching(/^[1-9]\d* \* \* \* \*$/) },
    ])
  })
})

describe('the deploy is not started', () => {
  test.each<Result>(['failure', 'cancelled', 'skipped'])('where the wait ended with %s', (wait) => {
    expect(ran({}, { ends: { wait } })).toMatchObject({ record: 'skipped', deploy: 'skipped' })
  })

  test.each<Result>(['failure', 'cancelled'])('where the closure could not be recorded: %s', (record) => {
    const start = { inputs: call({ record: 'true' }) }
    expect(ran(start)).toMatchObject({ record: 'success', deploy: 'success' })
    expect(ran(start, { ends: { record } })).toMatchObject({ record, deploy: 'skipped' })
  })

  test.each(['wait', 'record'])('any more in a run that is canceled during %s', (canceledDuring) => {
    expect(ran({ inputs: call({ record: 'replace' }) }, { canceledDuring })).toMatchObject({
      deploy: 'skipped',
    })
  })
})

describe('what GitHub records', () => {
  const { name, url, deployment } = DEPLOY.environment as Readonly<Record<string, string>>
  const records = (start: Start, sha = REV) =>
    filled(deployment ?? '', { ...contextsOf(start), needs: waited(sha) })

  test('is a deployment of the commit of the run, where that is deployed for good', () => {
    expect(records({})).toBe('true')
    expect(records({ event: 'schedule' })).toBe('true')
    expect(records({ inputs: call() })).toBe('true')
    expect(records({ event: 'workflow_dispatch', inputs: { sha: REV, mode: 'switch' } })).toBe('true')
  })

  test.each(['boot', 'test', 'dry-activate'])('is nothing of mode %s', (mode) => {
    expect(records({ inputs: call({ mode }) })).toBe('false')
  })

  test('is nothing where another commit is deployed', () => {
    expect(records({ event: 'workflow_dispatch', inputs: { sha: OTHER, mode: 'switch' } }, OTHER)).toBe(
      'false',
    )
    expect(records({ event: 'check_run', inputs: call() }, OTHER)).toBe('false')
  })

  test.each<readonly [string, Start]>([
    ['production', {}],
    ['production', { event: 'workflow_dispatch', inputs: { sha: '', mode: 'switch' } }],
    ['production', { inputs: call() }],
    ['staging', { inputs: call({ environment: 'staging' }) }],
    ['', { inputs: call({ environment: '' }) }],
  ])('is in environment %j', (environment, start) => {
    expect(filled(name ?? '', contextsOf(start))).toBe(environment)
    const due = job('deploy.yml', 'due').steps?.find(({ id }) => id === 'due')
    expect(filled(String(due?.with?.['environment']), contextsOf(start))).toBe(environment)
  })

  test('is nothing of a job that deploys nothing, whatever environment it has', () => {
    const jobs = workflowFiles().flatMap((file) =>
      Object.entries(workflow(file).jobs).map(([name, { environment }]) => [`${file}: ${name}`, environment]),
    )
    const recording = jobs.filter(
      ([, environment]) =>
        environment !== undefined && (environment as { deployment?: unknown }).deployment !== false,
    )
    expect(recording.map(([name]) => name)).toEqual([
      'deploy-stage.yml: deploy',
      'deploy.yml: deploy',
      // Its deployments are the releases.
      'release.yml: publish',
    ])
  })

  test("is of a fleet's host what is true of one server", () => {
    const stage = job('deploy-stage.yml', 'deploy').environment as Readonly<Record<string, string>>
    const recorded = (rev: string, mode: string) =>
      filled(stage['deployment'] ?? '', { github: { sha: REV }, inputs: { rev, mode } })
    expect([recorded(REV, 'switch'), recorded(OTHER, 'switch'), recorded(REV, 'dry-activate')]).toEqual([
      'true',
      'false',
      'false',
    ])
  })

  test('has an address', () => {
    const vars = { DEPLOY_URL: 'https://example.org/' }
    expect(filled(url ?? '', contextsOf({ vars }))).toBe(vars.DEPLOY_URL)
    const inputs = call({ 'environment-url': 'https://example.net/' })
    expect(filled(url ?? '', contextsOf({ vars, inputs }))).toBe('https://example.net/')
  })
})

test('deploys of a host wait for each other, whoever starts them, and nothing else is held up', () => {
  const groups = [
    filled(DEPLOY.concurrency?.group ?? '', { needs: waited(REV) }),
    filled(job('rollback.yml', 'rollback').concurrency?.group ?? '', { needs: waited(REV) }),
    filled(job('deploy-stage.yml', 'deploy').concurrency?.group ?? '', {
      matrix: { host: { lock: 'web.example.org' } },
    }),
  ]
  expect(groups).toEqual(groups.map(() => 'deploy-web.example.org'))
  for (const file of ['deploy.yml', 'rollback.yml']) {
    expect(workflow(file)).not.toHaveProperty('concurrency')
    const held = Object.values(workflow(file).jobs).flatMap(({ concurrency }) => concurrency ?? [])
    expect(held.map((one) => one['cancel-in-progress'])).toEqual([false])
  }
})
