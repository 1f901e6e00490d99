/** LIVE.md: each claim that no test here can prove names the job that proves it, or what a person has to do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { REPOSITORY } from '../../actions/shared/project.ts'
import { root } from '../support/manifest.ts'
import { resultsOf } from './running.ts'
import { workflow, workflowFiles } from './workflows.ts'

const PROVING = ['ci.yml', 'live.yml', 'published.yml']
/** The gate proves nothing by itself. */
const NO_PROOF = ['ci.yml: ci-ok']

const rows = readFileSync(join(root, '.github/LIVE.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, claim = '', proof = '', proven = '']) => ({ claim, proof, proven }))

const jobs = PROVING.flatMap((file) => Object.keys(workflow(file).jobs).map((name) => `${file}: ${name}`))
const proofs = rows.flatMap(({ proof }) => proof.split('; '))
const namedJobs = proofs.flatMap((proof) => /^`(\w+\.yml: [\w-]+)`$/.exec(proof)?.[1] ?? [])

test('every claim is there once', () => {
  expect(rows.length).toBeGreaterThan(50)
  expect(new Set(rows.map(({ claim }) => claim)).size).toBe(rows.length)
})

test('a proof is a job that there is, or what to do by hand', () => {
  const isByHand = (proof: string) => /^by hand: .{5,}/.test(proof)
  const isJob = (proof: string) => jobs.some((job) => proof === `\`${job}\``)
  expect(proofs.filter((proof) => !isByHand(proof) && !isJob(proof))).toEqual([])
  expect(namedJobs.length).toBeGreaterThan(15)
})

test('every job that proves something is named by a claim', () => {
  expect(jobs.filter((job) => !NO_PROOF.includes(job) && !namedJobs.includes(job))).toEqual([])
})

test('what fails in front of a pipe is red: the shell is named', () => {
  expect(workflow('live.yml').defaults).toEqual({ run: { shell: 'bash' } })
})

test('a claim is proven on a day that has been, or never', () => {
  const isPast = (day: string) => /^\d{4}-\d{2}-\d{2}$/.test(day) && Date.parse(day) <= Date.now()
  expect(rows.filter(({ proven }) => proven !== 'never' && !isPast(proven))).toEqual([])
})

test.each(['live.yml', 'published.yml'])(
  'a copy of the repository runs no job of %s by the calendar',
  (file) => {
    const ran = (repository: string, event_name: string) => {
      const contexts = { github: { repository, event_name } }
      const results = resultsOf(workflow(file), { ends: {}, outputs: {}, contexts })
      return new Set(Object.values(results))
    }
    expect(ran('acme/nix-vps', 'schedule')).toEqual(new Set(['skipped']))
    expect(ran('acme/nix-vps', 'workflow_dispatch')).toEqual(new Set(['success']))
    expect(ran(REPOSITORY, 'schedule')).toEqual(new Set(['success']))
  },
)

describe('a job that proves', () => {
  test.each(PROVING)('runs for every commit or by the calendar: %s', (file) => {
    expect(workflowFiles()).toContain(file)
    const { on } = workflow(file)
    expect('push' in on || ('schedule' in on && 'workflow_dispatch' in on)).toBe(true)
  })
})
