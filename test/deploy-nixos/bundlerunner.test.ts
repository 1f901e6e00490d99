/** A runner on a bad day: files that cannot be written, and a log that nobody reads. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { manifestOf, root } from '../support/manifest.ts'
import { runAction } from '../support/run-action.ts'
import { startHost } from './bundlehost.ts'

jest.setTimeout(120_000)

describe('a bundle whose runner', () => {
  test('has no room for the job summary still ends green, with a warning', async () => {
    await using host = await startHost()
    const env = { GITHUB_STEP_SUMMARY: '/dev/full' }
    const { code, log, outputs } = await runAction('deploy-nixos', host.inputs, { env })
    expect({ code, status: outputs['status'] }).toEqual({ code: 0, status: 'deployed' })
    expect(log).toMatch(/^::warning::The job summary could not be written: .*ENOSPC/m)
  })

  test.each([
    ['has no room for the outputs', '/dev/full', /ENOSPC/],
    ['lost the file of the outputs', '/nonexistent/output', /Missing file/],
  ])('%s is red, with one error that says what was done', async (_, file, why) => {
    await using host = await startHost()
    const { code, log, stderr } = await runAction('deploy-nixos', host.inputs, {
      env: { GITHUB_OUTPUT: file },
    })
    expect(code).toBe(1)
    expect(log).toMatch(/ is deployed\. \(deployed, /)
    expect(log.match(/^::error::(?!line of its own)/gm)).toHaveLength(1)
    expect(log).toMatch(
      /^::error::The outputs could not be written \(what is said above was done all the same\)/m,
    )
    expect(log).toMatch(why)
    expect(stderr).toBe('')
  })

  test('knows no file of outputs gets them the old way', async () => {
    await using host = await startHost()
    const { code, log } = await runAction('deploy-nixos', host.inputs, { env: { GITHUB_OUTPUT: '' } })
    expect(code).toBe(0)
    expect(log).toMatch(/^::set-output name=status::deployed$/m)
  })

  test('stops reading the log has the deploy confirmed and told all the same', async () => {
    await using host = await startHost()
    const folder = mkdtempSync(join(tmpdir(), 'nix-vps-step-'))
    const output = join(folder, 'output')
    writeFileSync(output, '')
    const action = spawn(process.execPath, [join(root, 'dist/deploy-nixos/index.js')], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], GITHUB_OUTPUT: output, ...variables(host.inputs) },
    })
    try {
      let log = ''
      for await (const piece of action.stdout.setEncoding('utf8')) {
        log += String(piece)
        if (log.includes('line 3 ')) break
      }
      const [code] = (await once(action, 'exit')) as [number | null]
      expect(code).toBe(0)
      expect(host.requests().at(-1)).toMatch(/^confirm ID /)
      expect(readFileSync(output, 'utf8')).toMatch(/^status<<(\S+)\ndeployed\n\1$/m)
    } finally {
      action.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    }
  })
})

function variables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  const given = Object.entries(manifestOf('deploy-nixos').inputs).map(([name, { default: value = '' }]) => [
    `INPUT_${name.toUpperCase()}`,
    inputs[name] ?? value,
  ])
  return Object.fromEntries(given) as Record<string, string>
}
