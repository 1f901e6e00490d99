/** The import walls of eslint.config.js stand: each sin, in a file of its kind, is found. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { actionNames, root } from '../support/manifest.ts'

let eslint: ESLint

beforeAll(() => {
  // Only files of the project can be linted with types, and these exist nowhere; the walls need none.
  const untyped = {
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false } },
  }
  eslint = new ESLint({ cwd: root, overrideConfig: untyped as ESLint.Options['overrideConfig'] & object })
})

async function rulesBrokenBy(code: string, path: string): Promise<readonly (string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, path) })
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message)
}

const IMPORTS = 'no-restricted-imports'
const GLOBALS = 'no-restricted-globals'

describe('a pure module', () => {
  const places = ['actions/shared/probe.ts', ...actionNames().map((name) => `actions/${name}/probe.ts`)]

  test.each(places)('in %s reaches the world through ports only', async (place) => {
    const packages = ['@actions/core', '@actions/github', 'node-ssh', 'ssh2', 'undici']
    const parts = [
      'child_process',
      'fs',
      'fs/promises',
      'http',
      'https',
      'net',
      'os',
      'process',
      'timers/promises',
    ]
    for (const name of [...packages, ...parts.map((part) => `node:${part}`)])
      expect(await rulesBrokenBy(`export * from '${name}'\n`, place)).toEqual([IMPORTS])
  })

  test.each(places)('in %s has no clock, console, process or network of its own', async (place) => {
    for (const code of [
      'process.env',
      'fetch("x")',
      'console.log(1)',
      'setTimeout(() => 1)',
      'setInterval(() => 1)',
      'Date.now()',
    ])
      expect(await rulesBrokenBy(`export const x = ${code}\n`, place)).toEqual([GLOBALS])
  })

  test.each(places)('in %s wires no adapter', async (place) => {
    const path = place.includes('shared') ? './adapters/clock.ts' : '../shared/adapters/clock.ts'
    expect(await rulesBrokenBy(`export { clock } from '${path}'\n`, place)).toEqual([IMPORTS])
  })

  test('may compute hashes and paths', async () => {
    const code = "export { createHash } from 'node:crypto'\nexport { join } from 'node:path'\n"
    expect(await rulesBrokenBy(code, 'actions/shared/probe.ts')).toEqual([])
  })
})

describe.each(actionNames())('%s', (action) => {
  const others = actionNames().filter((name) => name !== action)

  test('may wire in its main.ts, but not reach into another action', async () => {
    const main = `actions/${action}/main.ts`
    const wiring = "export { clock } from '../shared/adapters/clock.ts'\nexport const x = process.pid\n"
    expect(await rulesBrokenBy(wiring, main)).toEqual([])
    for (const other of others)
      expect(await rulesBrokenBy(`export * from '../${other}/inputs.ts'\n`, main)).toEqual([IMPORTS])
  })

  test('is not known outside of itself', async () => {
    const places = ['shared', ...others].map((name) => `actions/${name}/probe.ts`)
    for (const place of places)
      expect(await rulesBrokenBy(`export * from '../${action}/inputs.ts'\n`, place)).toEqual([IMPORTS])
    const adapter = 'actions/shared/adapters/probe.ts'
    expect(await rulesBrokenBy(`export * from '../../${action}/inputs.ts'\n`, adapter)).toEqual([IMPORTS])
  })
})

test('modules do not go round in circles', async () => {
  // inputs.ts imports errors.ts.
  const code = "export * from './inputs.ts'\n"
  expect(await rulesBrokenBy(code, 'actions/shared/errors.ts')).toEqual(['import-x/no-cycle'])
})

describe('a function', () => {
  test('takes at most three values', async () => {
    const code = 'export function f(a: number, b: number, c: number, d: number) { return a + b + c + d }\n'
    expect(await rulesBrokenBy(code, 'actions/shared/probe.ts')).toEqual(['max-params'])
  })

  test('fits a screen, and so does its file a few', async () => {
    const long = `export function f() {\n${'  g()\n'.repeat(40)}}\nfunction g() {\n  return 1\n}\n`
    expect(await rulesBrokenBy(long, 'actions/shared/probe.ts')).toEqual(['max-lines-per-function'])
    expect(
      await rulesBrokenBy('export const x = [\n' + '1,\n'.repeat(200) + ']\n', 'actions/shared/probe.ts'),
    ).toEqual(['max-lines'])
  })
})
