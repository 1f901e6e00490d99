/** The workflows in the READMEs are what somebody copies. */
import { existsSync, readFileSync } from 'node:fs'
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
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}

const READMES = ['README.md', ...actionNames().map((name) => `actions/${name}/README.md`)]

/** Every block of YAML that is a workflow. */
function workflowsIn(readme: string): readonly string[] {
  const path = join(root, readme)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const blocks = [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  return blocks.filter((block) => /^jobs:$/m.test(block))
}

function stepsWith(action: string, workflow: string): readonly Step[] {
  const { jobs } = parse(workflow) as Workflow
  const steps = Object.values(jobs).flatMap((job) => job.steps)
  return steps.filter(({ uses = '' }) => uses.includes(`/actions/${action}@`))
}

describe.each(READMES)('the workflows in %s', (readme) => {
  const workflows = workflowsIn(readme)

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

test('every README shows its own action under the same name', () => {
  const used = READMES.flatMap(workflowsIn).flatMap((workflow) =>
    actionNames().flatMap((action) =>
      stepsWith(action, workflow).map(({ uses = '' }) => uses.replace(action, '…')),
    ),
  )
  expect(new Set(used).size).toBe(1)
})
