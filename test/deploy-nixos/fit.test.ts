import { describe, expect, test } from '@jest/globals'
import { fitList, fitLists, MAX_OUTPUT } from '../../actions/deploy-nixos/fit.ts'
import { playing } from './scene.ts'
import { prepare } from './fakedeploy.ts'

describe('lists', () => {
  test('that fit stay as they are', () => {
    expect(fitLists({ a: ['1'], b: [] }, { size: 3 }, 100)).toEqual({
      json: '{"a":["1"],"b":[],"size":3}',
      omitted: 0,
    })
    expect(fitList(['x.service'])).toEqual({ json: '["x.service"]', omitted: 0 })
  })

  test('that do not fit are cut, the longest first, and say so in whole JSON', () => {
    const long = Array.from({ length: 100 }, (_, index) => `€${index}`)
    const { json, omitted } = fitLists({ long, short: ['kept'] }, { size: 3 }, 200)
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(200)
    const { long: rest, ...others } = JSON.parse(json) as { long: string[] }
    expect(rest).toEqual(long.slice(0, rest.length))
    expect(rest.length).toBeGreaterThan(5)
    expect(others).toEqual({ short: ['kept'], size: 3, omitted: 100 - rest.length })
    expect(omitted).toBe(100 - rest.length)
  })

  test('pass over an entry that alone is too large', () => {
    expect(fitList(['a', 'x'.repeat(50), 'b'], 20)).toEqual({ json: '["a","b"]', omitted: 1 })
  })
})

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
