import { describe, expect, test } from '@jest/globals'
import { text } from '../../actions/shared/markdown.ts'
import { goWell } from './fakedeploy.ts'
import { playing } from './scene.ts'

describe('what the host says on the way', () => {
  test('an evaluation error becomes an annotation in the file', async () => {
    const scene = await playing(async (deploy) => {
      deploy.accepted()
      deploy.log('error: undefined variable', {
        error: { file: 'nix/flake.nix', line: 3, column: 7, message: "undefined variable 'x'" },
      })
      deploy.result('failed', 70)
    })
    expect(scene.log.of('host')).toContain('error: undefined variable\n')
    expect(scene.log.entries).toContainEqual({
      kind: 'error',
      text: "undefined variable 'x'",
      annotation: { title: 'Nix evaluation error', file: 'nix/flake.nix', startLine: 3, startColumn: 7 },
    })
  })

  test('warnings are warnings, and in the summary', async () => {
    const scene = await playing(async (deploy) => {
      deploy.emit('warning', { text: 'clamped' })
      deploy.emit('warning', { text: 'logs dropped', dropped: 12 })
      await goWell(deploy)
    })
    expect(scene.log.of('warning')).toEqual(['clamped', 'logs dropped (12 dropped)'])
    expect(scene.summary.markdown).toContain('#### Warnings\n\n- clamped\n- logs dropped\n')
  })

  test('an event of a newer host is left alone', async () => {
    const scene = await playing(async (deploy) => {
      deploy.emit('fireworks', { color: 'red' })
      deploy.emit('phase', { name: 'polish', state: 'start' })
      await goWell(deploy)
    })
    expect(scene.log.of('group')).toContain('polish')
    expect(scene.status).toBe('deployed')
  })

  test('units and packages are listed', async () => {
    const scene = await playing(async (deploy) => {
      deploy.emit('diff', {
        added: [{ name: 'jq', to: ['1.7'] }],
        removed: [{ name: 'vim', from: ['9'] }],
        changed: [{ name: 'caddy', from: ['2.7'], to: ['2.8'], sizeBytes: { from: 10_000, to: 25_000 } }],
      })
      deploy.emit('units', {
        restarted: ['caddy.service'],
        newFailed: [{ unit: 'bad.service', result: 'exit-code', exitStatus: 3 }],
      })
      deploy.result('rolled-back', 81, { newFailedUnits: ['bad.service', 'worse.service'] })
    })
    expect(scene.log.of('info')).toContain('Closure: 1 changed, 1 added, 1 removed')
    expect(scene.log.of('host')).toEqual(['caddy: 2.7 → 2.8 +15 kB\n', 'jq: – → 1.7 \n', 'vim: 9 → – \n'])
    expect(scene.log.of('info')).toContain('Units restarted: caddy.service')
    expect(scene.log.of('error')).toContain('Unit newly failed: bad.service (exit-code, status 3)')
    expect(scene.summary.markdown).toContain(`- ${text('bad.service (exit-code, status 3)')}\n`)
    expect(scene.summary.markdown).toContain('- worse.service\n')
  })

  test('the last words are not hidden in a phase that did not end', async () => {
    const scene = await playing(async (deploy) => {
      deploy.emit('phase', { name: 'build', state: 'start' })
      deploy.result('failed', 70)
    })
    expect(scene.lines.slice(-2)).toEqual(['group Build or fetch the system', 'endgroup '])
  })
})
