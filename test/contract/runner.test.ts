/** What our runner says is, byte for byte, what GitHub's own package says. */
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type ActionRun, runScript } from '../support/run-action.ts'

const INPUTS = {
  INPUT_PLAIN: 'value',
  INPUT_WITH_SPACE: 'spaced',
  INPUT_PADDED: ' \n padded \t',
  INPUT_EMPTY: '',
  'INPUT_KEBAB-CASE': 'a\nb',
}

let ours: ActionRun
let core: ActionRun

beforeAll(async () => {
  const run = (name: string): Promise<ActionRun> =>
    runScript(fileURLToPath(new URL(`runner/${name}.ts`, import.meta.url)), { env: INPUTS })
  ;[ours, core] = await Promise.all([run('ours'), run('core')])
})

describe('our runner and @actions/core', () => {
  test('both got to the end', () => {
    expect([ours, core].map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ])
  })

  test('read the same inputs, and write the same commands and lines', () => {
    expect(ours.stdout.split('\n')).toEqual(core.stdout.split('\n'))
    expect(ours.stdout.length).toBeGreaterThan(1_000)
  })

  test('set the same outputs', () => {
    expect(ours.outputs).toEqual(core.outputs)
    expect(Object.keys(ours.outputs)).toHaveLength(7)
  })

  test('write the same summary', () => {
    expect(ours.summary).toBe(core.summary)
    expect(ours.summary).toContain('50 % | done')
  })
})
