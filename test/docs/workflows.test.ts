/** The YAML of the documentation, and the template's workflows: what somebody copies to a repository of their own. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { lint } from '../support/actionlint.ts'
import { blocksOf, type Block } from '../support/documents.ts'
import { diagnose } from '../support/language-service.ts'
import { actionNames, manifestOf, root } from '../support/manifest.ts'
import { workflow, workflowFiles, workflowText } from '../workflows/workflows.ts'
import { problemsOf } from './calls.ts'

const TEMPLATE = 'nix/templates/server/.github/workflows'
const template = readdirSync(join(root, TEMPLATE)).map((file) => ({
  name: `${TEMPLATE}/${file}`,
  text: readFileSync(join(root, TEMPLATE, file), 'utf8'),
}))

const keysOf = (text: string) => Object.keys(parse(text) as object)
const isWorkflow = ({ text }: Pick<Block, 'text'>) => keysOf(text).includes('jobs')

const yaml = [...blocksOf('yaml'), ...blocksOf('yml')]
const workflows = [...yaml.filter(isWorkflow), ...template]
const others = yaml.filter((block) => !isWorkflow(block))

test.each(workflows)('$name calls what is there, with what it takes', ({ text }) => {
  expect(problemsOf(parse(text))).toEqual([])
})

/** A part of a workflow in a place where it can stand. */
function around(text: string): string {
  const indented = (by: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(by))
  const head = 'on: push\npermissions: {}\njobs:\n'
  const job = `${head}  one:\n    runs-on: ubuntu-24.04\n    steps: [{ run: 'true' }]\n`
  return text.startsWith('- ')
    ? `${job.replace(/steps.*\n/, 'steps:\n')}${indented(6)}`
    : `${job}${indented(4)}`
}

/** What it is: `garnix.yaml`, inputs of one of the actions (held to its manifest by being called so), or keys or steps of a job. */
function whatIs(text: string): 'garnix' | 'inputs' | 'job' {
  const keys = Array.isArray(parse(text)) ? [] : keysOf(text)
  if (keys.join() === 'builds') return 'garnix'
  const inputs = actionNames().map((name) => Object.keys(manifestOf(name).inputs))
  return keys.length > 0 && inputs.some((names) => keys.every((key) => names.includes(key)))
    ? 'inputs'
    : 'job'
}

const parts = others
  .filter(({ text }) => whatIs(text) === 'job')
  .map(({ name, text }) => ({ name, text: around(text) }))

/** The language service cannot look into a workflow of another repository; which outputs ours have is known here. */
const isOfCalled = (said: string) =>
  workflowFiles().some((file) => {
    const { outputs = {} } = (workflow(file).on.workflow_call ?? {}) as { outputs?: object }
    return Object.keys(outputs).some((name) => said.endsWith(`Context access might be invalid: ${name}`))
  })

test('nothing to copy has anything that GitHub minds', async () => {
  const all = [...workflows, ...parts].map(({ name, text }, index) => ({
    path: `.github/workflows/${index}-${name.replaceAll(/[^a-z]+/gi, '-')}.yml`,
    text,
  }))
  expect((await diagnose(all)).filter((said) => !isOfCalled(said))).toEqual([])
  expect(await lint(all)).toBe('')
}, 120_000)

test.each(parts)('$name, a part of a workflow, calls what is there', ({ text }) => {
  expect(problemsOf(parse(text))).toEqual([])
})

test.each(others.filter(({ text }) => whatIs(text) === 'garnix'))(
  '$name is what Garnix reads',
  ({ text }) => {
    const { builds } = parse(text) as { builds: Readonly<Record<string, readonly string[]>> }
    expect(['include', 'exclude', 'branch']).toEqual(expect.arrayContaining(Object.keys(builds)))
    for (const attribute of Object.values(builds).flat()) expect(attribute).toMatch(/^[\w*-]+(\.[\w*-]+)+$/)
  },
)

/** Of those whose own workflows need more than ours. */
const OWN = new Set(['GITLAB_TOKEN'])
const used = /\b(?:secrets|vars)\.([A-Z][A-Z_]*)/g

test('secrets and variables are called as our workflows call them', () => {
  const known = new Set(
    [...workflowFiles().map(workflowText), ...template.map(({ text }) => text)].flatMap((text) =>
      [...text.matchAll(used)].map(([, name]) => name),
    ),
  )
  const wrong = yaml.flatMap(({ name, text }) =>
    [...text.matchAll(used)]
      .map(([, secret = '']) => secret)
      .filter((secret) => !known.has(secret) && !OWN.has(secret))
      .map((secret) => `${name}: ${secret}`),
  )
  expect(wrong).toEqual([])
})

test('there are workflows to copy: in the README, of each action, and in the template', () => {
  const documents = new Set(yaml.filter(isWorkflow).map(({ document }) => document))
  const wanted = ['README.md', ...actionNames().map((name) => `actions/${name}/README.md`)]
  expect([...documents]).toEqual(expect.arrayContaining(wanted))
  expect(template).not.toEqual([])
})
