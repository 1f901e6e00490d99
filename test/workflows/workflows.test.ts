/** What holds for every workflow of the repository. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { MAJOR, REPOSITORY } from '../../actions/shared/project.ts'
import { lint } from '../support/actionlint.ts'
import { diagnose, type Document } from '../support/language-service.ts'
import { root, type Manifest } from '../support/manifest.ts'
import { type Job, type Step, stepsOf, workflow, workflowFiles, workflowText } from './workflows.ts'

const OWN_ACTIONS = '.github/actions'
const documents: readonly Document[] = [
  ...workflowFiles().map((file) => ({ path: `.github/workflows/${file}`, text: workflowText(file) })),
  ...readdirSync(join(root, OWN_ACTIONS)).map((name) => {
    const path = `${OWN_ACTIONS}/${name}/action.yml`
    return { path, text: readFileSync(join(root, path), 'utf8') }
  }),
]
const workflows = documents.filter(({ path }) => path.includes('/workflows/'))

/** What users get, for the workflow that looks at it. */
const published = new RegExp(`^${REPOSITORY}/actions/[\\w-]+@${MAJOR}$`)

describe('all of them', () => {
  test("pass GitHub's own checks", async () => {
    expect(documents.length).toBeGreaterThanOrEqual(6)
    expect(await diagnose(documents)).toEqual([])
  })

  test('pass actionlint', async () => {
    expect(await lint(workflows)).toBe('')
  })

  test('would not, with a mistake: an unknown job, an unknown output, a name from outside in a shell', async () => {
    const text = `on: pull_request\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo \${{ github.event.pull_request.title }} \${{ needs.c.outputs.d }}\n`
    const said = await lint([{ path: '.github/workflows/wrong.yml', text }])
    expect(said).toMatch(/does not exist/)
    expect(said).toMatch(/"github\.event\.pull_request\.title" is potentially untrusted/)
    expect(await diagnose([{ path: '.github/workflows/wrong.yml', text }])).not.toEqual([])
  })
})

describe.each(workflowFiles())('%s', (file) => {
  const { jobs, on, permissions } = workflow(file)
  const steps = stepsOf(file)
  const listed = Object.entries(jobs)

  test('opens with a sentence on why it exists', () => {
    expect(workflowText(file)).toMatch(/^# [A-Z][^\n]+(?:\n# [^\n]+)*\.\nname: /)
  })

  test('grants nothing but what each job says, and gives each an end', () => {
    expect(permissions).toEqual({})
    for (const [, job] of listed) expect(job.permissions).toBeDefined()
    const running = listed.filter(([, { uses }]) => uses === undefined)
    for (const [, job] of running) expect(job['timeout-minutes']).toBeDefined()
  })

  test('puts nothing into a shell but its own words', () => {
    const scripts = steps.map(({ run }) => run ?? '')
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([])
  })

  test('runs its own actions at its own commit, and those of others by a full commit with its version', () => {
    const used = [...workflowText(file).matchAll(/^[^#\n]*\buses: (.*)$/gm)].map(([, uses = '']) => uses)
    const others = used.filter((uses) => !uses.startsWith('$/') && !published.test(uses))
    expect(file === 'published.yml' || !used.some((uses) => published.test(uses))).toBe(true)
    expect(used.length).toBeGreaterThan(0)
    for (const uses of others) expect(uses).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('gives every own action inputs that it has, and all that it needs', () => {
    for (const { uses = '', with: given = {} } of steps.filter(isOwn)) {
      const inputs = manifestIn(uses).inputs
      const required = Object.keys(inputs).filter((name) => inputs[name]?.required === true)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
      expect(Object.keys(given)).toEqual(expect.arrayContaining(required))
    }
  })

  test('calls own workflows with inputs that they have, and all that they need', () => {
    for (const { uses, with: given = {} } of Object.values(jobs).filter(isCall)) {
      const inputs = called(uses)?.inputs ?? {}
      const required = Object.keys(inputs).filter((name) => inputs[name]?.required === true)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
      expect(Object.keys(given)).toEqual(expect.arrayContaining(required))
    }
  })

  test('declares every secret and input that it reads', () => {
    const { secrets = {}, inputs = {} } = on.workflow_call ?? on.workflow_dispatch ?? {}
    const read = (context: string) =>
      [...workflowText(file).matchAll(new RegExp(`\\b${context}\\.([\\w-]+)`, 'g'))].map(
        ([, name = '']) => name,
      )
    expect(Object.keys(secrets)).toEqual(expect.arrayContaining(read('secrets')))
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(read('inputs')))
    const passedOn = Object.values(jobs)
      .filter(isCall)
      .flatMap(({ uses }) => Object.keys(called(uses)?.secrets ?? {}))
    expect([...read('secrets'), ...passedOn]).toEqual(expect.arrayContaining(Object.keys(secrets)))
    expect(Object.values(secrets).map(({ required }) => required)).not.toContain(true)
  })

  test('checks nothing out where a pull request of anybody starts it with a token that may write', () => {
    if (!('pull_request_target' in on)) return
    const uses = steps.flatMap((step) => step.uses ?? [])
    expect(uses.filter((name) => !name.startsWith('$/'))).toEqual([])
    const scripts = steps.flatMap(({ run = '' }) => run.split('\n').filter((line) => line !== ''))
    expect(scripts.filter((line) => !/^(?:echo "[^"$`]*"|exit \d)$/.test(line))).toEqual([])
  })
})

function isOwn({ uses = '' }: Step): boolean {
  return uses.startsWith('$/')
}

function isCall(job: Job): job is Job & { readonly uses: string } {
  return job.uses?.startsWith('$/') === true
}

function called(uses: string) {
  return workflow(uses.replace('$/.github/workflows/', '')).on.workflow_call
}

function manifestIn(uses: string): Manifest {
  return parse(readFileSync(join(root, uses.slice(2), 'action.yml'), 'utf8')) as Manifest
}
