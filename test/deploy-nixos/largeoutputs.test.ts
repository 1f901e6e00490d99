import { expect, test } from '@jest/globals'
import { MAX_OUTPUT } from '../../actions/shared/fit.ts'
import { prepare } from './fakedeploy.ts'
import { playing } from './scene.ts'

test('outputs that would be too large are cut, and the log says so', async () => {
  const names = Array.from({ length: 9_000 }, (_, index) => `some-package-number-${index}`)
  const scene = await playing(async (deploy) => {
    await prepare(deploy)
    deploy.emit('diff', {
      added: [],
      removed: [],
      changed: names.map((name) => ({ name, from: ['1'], to: ['2'] })),
    })
    deploy.emit('units', { restarted: names.map((name) => `${name}.service`) })
    deploy.result('rolled-back', 81, {
      newFailedUnits: names.map((name) => `${name}.service`),
      system: '/nix/store/'.padEnd(9_000, 'x'),
    })
  })
  const { values } = scene.outputs
  for (const name of ['closure-diff', 'changed-units', 'failed-units']) {
    const value = values[name] ?? ''
    expect(Buffer.byteLength(value)).toBeLessThanOrEqual(MAX_OUTPUT)
    expect(Buffer.byteLength(value)).toBeGreaterThan(MAX_OUTPUT - 200)
    expect(() => void JSON.parse(value)).not.toThrow()
    const said = expect.stringMatching(new RegExp(`^The output '${name}' would be too large: \\d+ entries`))
    expect(scene.log.of('warning')).toContainEqual(said)
  }
  expect(values['system']).toBe('')
})
