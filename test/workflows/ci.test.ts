/** ci.yml: one check says whether all is well, and cannot say so otherwise. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { filled, isMet } from '../support/expressions.ts'
import { root } from '../support/manifest.ts'
import { job, needsOf, workflow } from './workflows.ts'

const CI = workflow('ci.yml')
const GATE = job('ci.yml', 'ci-ok')
const JOBS = Object.keys(CI.jobs).filter((name) => name !== 'ci-ok')

describe('the gate', () => {
  /** Its script, with the results that GitHub hands it. */
  function codeFor(results: Readonly<Record<string, string>>): number | null {
    const needs = Object.fromEntries(
      Object.entries(results).map(([name, result]) => [name, { result, outputs: {} }]),
    )
    const [step] = GATE.steps ?? []
    const env = { PATH: process.env['PATH'] ?? '', NEEDS: filled(String(step?.env?.['NEEDS']), { needs }) }
    // As the runner starts bash where no shell is named.
    return spawnSync('bash', ['-e', '-c', step?.run ?? ''], { env }).status
  }
  const green = Object.fromEntries(JOBS.map((name) => [name, 'success']))

  test('needs every other job, and runs whatever becomes of them', () => {
    expect(needsOf(GATE)).toEqual(JOBS)
    for (const success of [true, false])
      for (const cancelled of [true, false])
        expect(isMet(GATE.if, {}, { success, failure: !success, cancelled, always: true })).toBe(true)
  })

  test('is green if all of them are', () => {
    expect(codeFor(green)).toBe(0)
  })

  test.each(['failure', 'cancelled', 'skipped', 'something new'])('is red if one of them is %s', (result) => {
    const codes = JOBS.map((name) => codeFor({ ...green, [name]: result }))
    expect(codes).toEqual(JOBS.map(() => 1))
  })

  test('is red if it was told of none', () => {
    expect(codeFor({})).toBe(1)
  })
})

test('every change is looked at: before the merge, in the queue, and on main', () => {
  expect(CI.on).toMatchObject({ pull_request: null, merge_group: null, push: { branches: ['main'] } })
})

test('no job has a condition, which would leave it out', () => {
  expect(JOBS.filter((name) => job('ci.yml', name).if !== undefined)).toEqual([])
})

test('only the older run of a pull request is canceled', () => {
  const { concurrency } = CI as unknown as { concurrency: Readonly<Record<string, string>> }
  const group = (github: unknown) => filled(concurrency['group'] ?? '', { github })
  const cancels = (event_name: string) =>
    filled(concurrency['cancel-in-progress'] ?? '', { github: { event_name } })
  const pull = { event_name: 'pull_request', event: { pull_request: { number: 7 } } }
  expect(group({ ...pull, sha: 'one' })).toBe(group({ ...pull, sha: 'two' }))
  expect(group({ event_name: 'push', event: {}, sha: 'one' })).not.toBe(
    group({ event_name: 'push', event: {}, sha: 'two' }),
  )
  expect(['pull_request', 'push', 'merge_group'].map(cancels)).toEqual(['true', 'false', 'false'])
})

test('all NixOS machines of the flake are booted', () => {
  const { matrix } = job('ci.yml', 'vm').strategy ?? {}
  const { builds } = parse(readFileSync(join(root, 'garnix.yaml'), 'utf8')) as {
    builds: readonly { readonly exclude: readonly string[] }[]
  }
  const machines = builds
    .flatMap(({ exclude }) => exclude)
    .map((name) => name.replace('checks.x86_64-linux.', ''))
  expect(matrix).toEqual({ scenario: machines })
})
