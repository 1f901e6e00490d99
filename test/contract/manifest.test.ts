/** action.yml, the code that reads its inputs, the README and what users rely on agree. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import type { ReadInput } from '../../actions/shared/ports.ts'
import { diagnose } from '../support/language-service.ts'
import { actionNames, evaluated, manifestOf, manifestText, root } from '../support/manifest.ts'
import { CONTRACTS } from './contract.ts'

interface InputsModule {
  readonly parseInputs: (read: ReadInput) => unknown
}

const PUSH = { sha: 'ffac537e6cbbf934b08745a378932722df287a53', event_name: 'push', token: 'the token' }

/** The names an action's parser asks for, whatever it makes of the values. */
async function namesAskedBy(action: string): Promise<ReadonlySet<string>> {
  const file = pathToFileURL(join(root, 'actions', action, 'inputs.ts')).href
  const { parseInputs } = (await import(file)) as InputsModule
  const asked = new Set<string>()
  try {
    parseInputs((name) => {
      asked.add(name)
      return manifestOf(action).inputs[name]?.default ?? ''
    })
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
  }
  return asked
}

/** The rows of the table below a heading of a README, as their cells. */
function rowsBelow(heading: string, readme: string): readonly (readonly string[])[] {
  const section = readme.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const unquoted = (cell = ''): string => cell.replace(/^`(.*)`$/, '$1')

test('every action has a contract and every contract an action', () => {
  expect(actionNames()).toEqual(Object.keys(CONTRACTS))
})

describe.each(Object.entries(CONTRACTS))('%s', (action, contract) => {
  const manifest = manifestOf(action)
  const readme = (): string => readFileSync(join(root, 'actions', action, 'README.md'), 'utf8')

  /** What a README has to say: an expression may stand there in any words. */
  const defaultIn = (name: string, explained: readonly (readonly string[])[]): string | undefined => {
    const { required, default: value = '' } = manifest.inputs[name] ?? {}
    if (required === true) return 'required'
    if (!value.startsWith('${{')) return value
    const words = explained.find(([row]) => row === name)?.[1]
    return words === '' ? 'some words' : words
  }

  test('declares exactly the inputs that its code reads', async () => {
    expect([...(await namesAskedBy(action))].sort()).toEqual(Object.keys(manifest.inputs).sort())
  })

  test('has the inputs and defaults users rely on', () => {
    const declared = Object.entries(manifest.inputs).map(([name, input]) => {
      const value = input.required === true ? null : evaluated(input.default ?? '', PUSH)
      return [name, value]
    })
    expect(Object.fromEntries(declared)).toEqual(contract.inputs)
  })

  test('has the outputs users rely on', () => {
    expect(Object.keys(manifest.outputs)).toEqual(contract.outputs)
  })

  test('gives a required input no default, and any other one', () => {
    for (const input of Object.values(manifest.inputs))
      expect(typeof input.default).toBe(input.required === true ? 'undefined' : 'string')
  })

  test('describes everything in one sentence', () => {
    const described = [manifest, ...Object.values(manifest.inputs), ...Object.values(manifest.outputs)]
    for (const { description } of described) {
      expect(description).toMatch(/^\S.*\S\.$/)
      expect(description).not.toMatch(/[.!?] +[A-Z]|\n/)
    }
  })

  test('runs its bundle under Node 24', () => {
    expect(manifest.runs).toEqual({ using: 'node24', main: `../../dist/${action}/index.js` })
    expect(existsSync(join(root, 'actions', action, manifest.runs.main))).toBe(true)
  })

  test('has a README of the five parts', () => {
    const headings = [...readme().matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(['What it does', 'Use', 'Inputs', 'Outputs', 'When it fails'])
  })

  test('explains every input in its README, with its default, and no other', () => {
    const rows = rowsBelow('Inputs', readme())
    const explained = rows.map(([name, value]) => [unquoted(name), unquoted(value)])
    expect(explained).toEqual(Object.keys(manifest.inputs).map((name) => [name, defaultIn(name, explained)]))
    for (const [, , words] of rows) expect(words).toMatch(/\w/)
  })

  test('explains every output in its README, and no other', () => {
    const rows = rowsBelow('Outputs', readme())
    expect(rows.map(([name]) => unquoted(name))).toEqual(Object.keys(manifest.outputs))
    for (const [, words] of rows) expect(words).toMatch(/\w/)
  })
})

describe("GitHub's own checks", () => {
  test('have nothing against our manifests and workflows', async () => {
    const workflows = join(root, '.github', 'workflows')
    const names = existsSync(workflows) ? readdirSync(workflows).filter((name) => name.endsWith('.yml')) : []
    const documents = [
      ...actionNames().map((action) => ({
        path: `actions/${action}/action.yml`,
        text: manifestText(action),
      })),
      ...names.map((name) => ({
        path: `.github/workflows/${name}`,
        text: readFileSync(join(workflows, name), 'utf8'),
      })),
    ]
    expect(await diagnose(documents)).toEqual([])
  }, 20_000)

  test('would find a mistake', async () => {
    const text = manifestText('deploy-nixos').replace('using: node24', 'using: node99')
    const workflow =
      'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    needs: absent\n    steps: []\n  other:\n    runs-on: ubuntu-24.04\n    steps: []\n'
    const found = await diagnose([
      { path: 'action.yml', text },
      { path: '.github/workflows/ci.yml', text: workflow },
    ])
    expect(found).toContainEqual(expect.stringMatching(/^action\.yml:\d+: .*node99/))
    expect(found).toContain(".github/workflows/ci.yml:5: Job 'test' depends on unknown job 'absent'.")
  }, 20_000)
})
