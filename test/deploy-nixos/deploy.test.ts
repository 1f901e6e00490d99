import { describe, expect, test } from '@jest/globals'
import { activateAndDecide, NONCE } from './fakedeploy.ts'
import { ending, ID, playing, REV, Scene } from './scene.ts'

describe('a good deploy', () => {
  test('is asked for on the greeted connection and confirmed over a fresh one', async () => {
    const scene = await new Scene().run()
    expect(scene.error).toBeUndefined()
    expect(scene.host.requests).toEqual([
      '1 hello',
      `1 deploy ${ID} ${REV} switch 90 1680`,
      `2 confirm ${ID} ${NONCE}`,
    ])
  })

  test('is shown as it goes, a group for each phase', async () => {
    const scene = await new Scene().run()
    expect(scene.lines).toEqual([
      `info Deploying ${REV} to example.org with mode switch …`,
      'info Connected to vps-arm (vps-deploy 1.0.0).',
      `info Accepted by vps-arm (vps-deploy 1.0.0) as ${ID}; the host's own deadline is 2026-11-23T03:28:00Z.`,
      'group Fetch the repository',
      'endgroup ',
      'group Build or fetch the system',
      'endgroup ',
      'group Activate',
      'endgroup ',
      'info The new system runs. The host rolls back in 90 s (at 2026-11-23T03:05:00Z) unless it is confirmed.',
      'group Commit',
      'info Confirmed over a fresh connection.',
      'endgroup ',
      'info 95a89711a27f on vps-arm (example.org) is deployed. (deployed, 4 s)',
    ])
  })

  test('sets every output', async () => {
    const units = {
      restarted: ['a.service'],
      reloaded: [],
      started: [],
      stopped: [],
      notRestarted: ['b.service'],
    }
    const scene = await playing(async (deploy) => {
      deploy.accepted()
      deploy.emit('diff', { added: [], removed: [], changed: [], sizeBytes: { from: 1, to: 2 } })
      deploy.emit('units', { ...units, newFailed: [] })
      deploy.confirmed()
      deploy.result('deployed', 0, { rebootRequired: ['kernel: 1 -> 2'], newFailedUnits: [] })
    })
    expect(scene.outputs.values).toEqual({
      status: 'deployed',
      'deploy-id': ID,
      rev: REV,
      system: '/nix/store/bbb-new',
      'previous-system': '/nix/store/aaa-old',
      generation: '42',
      'reboot-required': 'true',
      'failed-units': '[]',
      'changed-units': JSON.stringify(units),
      'closure-diff': '{"added":[],"removed":[],"changed":[],"sizeBytes":{"from":1,"to":2}}',
      duration: '0',
    })
  })

  test('may leave the decision to the host', async () => {
    const scene = await playing(ending('deployed', 0), { 'confirm-timeout': '0' })
    expect(scene.host.asked('deploy')).toEqual([`deploy ${ID} ${REV} switch 0 1680`])
    expect(scene.error).toBeUndefined()
  })

  test('follows a queue', async () => {
    const scene = await playing(async (deploy) => {
      deploy.accepted()
      deploy.emit('queued', { position: 2 })
      deploy.emit('queued')
      await activateAndDecide(deploy)
    })
    expect(scene.log.of('info')).toContain('Queued behind other deploys, at position 2.')
    expect(scene.log.of('info')).toContain('Queued behind other deploys, at position unknown.')
    expect(scene.status).toBe('deployed')
  })
})

describe('bad inputs', () => {
  test('are told all at once, before anything is touched', async () => {
    const scene = await new Scene().run({ port: 'x', mode: 'now' })
    expect(scene.message).toContain("'port' is 'x'")
    expect(scene.message).toContain("'mode' is 'now'")
    expect(scene.outputs.values).toEqual({ status: 'failed' })
    expect(scene.summary.markdown).toContain("'port' is 'x'")
    expect(scene.host.connections).toBe(0)
  })
})

describe('a bug', () => {
  test.each([
    ['an error', new TypeError('x is not a function')],
    ['anything else', 'x is not a function'],
  ])('(%s) is thrown on, after everything that is known was told', async (_, thrown) => {
    const scene = new Scene()
    scene.host.refuse = () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a bug may do
      throw thrown
    }
    await scene.run()
    expect(scene.message).toBe('x is not a function')
    expect(scene.status).toBe('failed')
    expect(scene.summary.markdown).toContain('x is not a function')
  })
})
