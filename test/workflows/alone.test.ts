/** GitHub hands the actions of .github/actions over as they stand: nothing is installed, and nothing is bundled. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { root } from '../support/manifest.ts'
import { runScript } from '../support/run-action.ts'
import { host } from './list.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nix-vps-alone-'))
  for (const part of ['.github/actions', 'actions', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

test.each([
  [
    'fleet-stages',
    { INPUT_HOSTS: JSON.stringify([host('web-1')]), INPUT_MODE: 'switch', 'INPUT_HAS-KEY': 'true' },
  ],
  ['fleet-summary', { INPUT_NAMES: '{"canary":["web-1"]}', INPUT_CANARY: 'success' }],
])('%s runs with nothing beside it but the repository', async (action, env) => {
  const run = await runScript(join(folder, '.github/actions', action, 'main.ts'), { env })
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(`${JSON.stringify(run.outputs)}${run.summary}`).toContain('web-1')
})
