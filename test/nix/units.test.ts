/** The unit files of the host half, by systemd itself. */
import { expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { verifyUnits } from './evaluation/units.ts'
import { notRun } from './notrun.ts'
import { programFile, sources, textOf } from './sources.ts'

const units = Object.fromEntries(
  sources('nix/vps-deploy/systemd')
    .filter((path) => !path.endsWith('.conf'))
    .map((path) => [basename(path), textOf(path)]),
)

async function complaint(files: Readonly<Record<string, string>>): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-units-'))
  try {
    return await verifyUnits(files, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('there are units to look at', () => {
  expect(Object.keys(units)).toContain('vps-deploy-worker.service')
})

if (programFile('systemd-analyze') === undefined)
  notRun('this machine has no systemd-analyze', ['systemd takes every line of the unit files'])
else {
  test('systemd takes every line of the unit files', async () => {
    expect(await complaint(units)).toBeUndefined()
  })

  test('a key that systemd does not know is found', async () => {
    const wrong = (units['vps-deploy-worker.service'] ?? '').replace('[Service]\n', '[Service]\nUMaks=0077\n')
    expect(await complaint({ ...units, 'vps-deploy-worker.service': wrong })).toMatch(/UMaks/)
  })
}
