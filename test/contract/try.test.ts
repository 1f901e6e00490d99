/** `npm run try` runs an action from its sources with the defaults of its manifest, and says what it takes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { actionNames, manifestOf, root } from '../support/manifest.ts'

function tried(...args: readonly string[]) {
  const argv = [join(root, 'scripts/try.js'), ...args]
  const env = { PATH: process.env['PATH'] ?? '', GH_TOKEN: 'hunter2' }
  return spawnSync(process.execPath, argv, { env, encoding: 'utf8' })
}

test.each(actionNames())('%s alone is told what it takes', (action) => {
  const { status, stdout, stderr } = tried(action)
  expect([status, stdout]).toEqual([1, ''])
  for (const [name, { description }] of Object.entries(manifestOf(action).inputs)) {
    expect(stderr).toContain(`\n  ${name}`)
    expect(stderr).toContain(`\n      ${description}`)
  }
  expect(stderr).not.toMatch(/\$\{\{|hunter2/)
})

test('what is given is an input, or is refused with those that are', () => {
  const { status, stderr } = tried('garnix-wait', 'configuration=web')
  expect(status).toBe(1)
  expect(stderr).toMatch(/^'configuration=web' is no input of garnix-wait[^]*\n {2}configurations\n/)
  expect(tried('nothing').stderr).toMatch(/^There is no action 'nothing': .*garnix-wait/)
  expect(tried('deploy-nixos', 'ssh-key=@/nowhere').stderr).toMatch(
    /^'ssh-key' is to come from \/nowhere, and/,
  )
})

test('an action runs with its defaults, and its outputs and summary are shown', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-try-'))
  writeFileSync(join(folder, 'caches'), 'https://cache.nixos.org\n')
  const { status, stdout } = tried('garnix-wait', 'provider=none', `caches=@${join(folder, 'caches')}`)
  rmSync(folder, { recursive: true })
  expect(status).toBe(1)
  // The one thing that is missing: everything else has its default.
  expect(stdout).toContain("provider 'none' needs 'store-paths' or 'configurations'")
  expect(stdout).toMatch(/\n## Outputs\nstatus<<.*\nfailed\n[^]*\n## Summary\n### .*Nothing was waited for/)
  expect(stdout).not.toContain('is required and not given')
})
