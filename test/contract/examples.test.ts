/** The workflows in the READMEs and in the template are what somebody copies. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { diagnose } from '../support/language-service.ts'
import { actionNames, manifestOf, root } from '../support/manifest.ts'

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Workflow {
  /** A job that calls a workflow has no steps. */
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly Step[] }>>
}

const TEMPLATE = 'nix/templates/server/.github/workflows'
const READMES = ['README.md', ...actionNames().map((name) => `actions/${name}/README.md`)]
const EXAMPLES = [...READMES, TEMPLATE]

/** Every block of YAML that is a workflow; of a folder, every file. */
function workflowsIn(example: string): readonly string[] {
  const path = join(root, example)
  if (!existsSync(path)) return []
  if (statSync(path).isDirectory())
    return readdirSync(path).map((name) => readFileSync(join(path, name), 'utf8'))
  const text = readFileSync(path, 'utf8')
  const blocks = [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  return blocks.filter((block) => /^jobs:$/m.test(block))
}

function stepsOf(workflow: string): readonly Step[] {
  const { jobs } = parse(workflow) as Workflow
  return Object.values(jobs).flatMap((job) => job.steps ?? [])
}

function stepsWith(action: string, workflow: string): readonly Step[] {
  return stepsOf(workflow).filter(({ uses = '' }) => uses.includes(`/actions/${action}@`))
}

describe.each(EXAMPLES)('the workflows in %s', (example) => {
  const workflows = workflowsIn(example)

  test('are there', () => {
    expect(workflows.length).toBeGreaterThan(0)
  })

  test('have nothing that GitHub minds', async () => {
    const documents = workflows.map((text, index) => ({ path: `.github/workflows/${index}.yml`, text }))
    expect(await diagnose(documents)).toEqual([])
  }, 20_000)

  test.each(actionNames())('give %s inputs that it has, and all that it needs', (action) => {
    const { inputs } = manifestOf(action)
    const required = Object.keys(inputs).filter((name) => inputs[name]?.required === true)
    for (const step of workflows.flatMap((workflow) => stepsWith(action, workflow))) {
      const given = Object.keys(step.with ?? {})
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given))
      expect(given).toEqual(expect.arrayContaining(required))
    }
  })
})

const ours = EXAMPLES.flatMap(workflowsIn)
  .flatMap(stepsOf)
  .map(({ uses = '' }) => uses)
  .filter((uses) => uses.includes('/nix-vps/'))

test('every example names actions that are there, all by one version', () => {
  const named = ours.map((uses) => /^toxx1220\/nix-vps\/actions\/([^/@]+)@v\d+$/.exec(uses)?.[1])
  expect(named.length).toBeGreaterThanOrEqual(EXAMPLES.length)
  expect(actionNames()).toEqual(expect.arrayContaining(named))
  expect(new Set(ours.map((uses) => uses.split('@')[1])).size).toBe(1)
})
