/** GitHub hands the actions of .github/actions over as they stand: nothing is installed, and nothing is bundled. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { DEFAULTS } from '../../.github/actions/fleet-stages/fields.ts'
import { root } from '../support/manifest.ts'
import { runScript } from '../support/run-action.ts'
import { host, PIN } from './list.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nix-vps-alone-'))
  for (const part of ['.github/actions', 'actions', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
})

test('deployment-due too: it gets to the point where it needs GitHub', async () => {
  const main = join(folder, '.github/actions/deployment-due/main.ts')
  const run = await runScript(main, { env: { INPUT_TOKEN: 'x', INPUT_BRANCH: 'main' } })
  expect(run).toMatchObject({ code: 1, stderr: '' })
  expect(run.stdout).toContain("'environment' is required and not given")
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

test.each([
  [
    'fleet-stages',
    { INPUT_HOSTS: JSON.stringify([host('web-1')]), INPUT_MODE: 'switch', 'INPUT_HAS-KEY': 'true' },
  ],
  [
    'deploy-plan',
    {
      ...Object.fromEntries(
        Object.entries(DEFAULTS).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
      INPUT_HOST: 'web-1',
      'INPUT_HOST-FINGERPRINT': PIN,
    },
  ],
  ['fleet-summary', { INPUT_NAMES: '{"canary":["web-1"]}', INPUT_CANARY: 'success' }],
])('%s runs with nothing beside it but the repository', async (action, env) => {
  const run = await runScript(join(folder, '.github/actions', action, 'main.ts'), { env })
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(`${JSON.stringify(run.outputs)}${run.summary}`).toContain('web-1')
})
