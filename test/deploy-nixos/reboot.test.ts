import { describe, expect, test } from '@jest/globals'
import { prepare } from './fakedeploy.ts'
import { answering, exited, HELLO, lost, unreachable, type Handler } from './fakehost.ts'
import { ending, ID, playing, Scene } from './scene.ts'

const KERNEL = { rebootRequired: ['kernel: 6.1 -> 6.2'] }
const WHEN_REQUIRED = { reboot: 'when-required' }
const UNTRIED = expect.stringMatching(/^This host cannot try a new system at one boot only/)

function status(booted: string, bootId: string): Handler {
  return answering(JSON.stringify({ booted: { system: booted }, bootId }))
}

/** Commits a system that needs a reboot; it then does what the test says. */
function committed(onReboot: (scene: Scene) => Handler, code = 'deployed'): Scene {
  const scene = new Scene()
  scene.host.script = ending(code, 0, KERNEL)
  scene.host.handlers.set('status', status('/nix/store/aaa-old', 'one'))
  scene.host.handlers.set('reboot', (channel) => onReboot(scene)(channel))
  return scene
}

const comeBack = (scene: Scene, booted: string): void => {
  scene.host.cut()
  scene.host.refuse = () => unreachable
  void scene.clock.sleep(30_000).then(() => {
    scene.host.refuse = () => undefined
    scene.host.handlers.set('status', status(booted, 'two'))
  })
}

describe('a reboot', () => {
  test('is waited for, until the host is back on the new system', async () => {
    const scene = committed((scene) => () => {
      void scene.clock.sleep(10_000).then(() => {
        comeBack(scene, '/nix/store/bbb-new')
      })
      return exited(0)
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('reboot')).toEqual([`reboot ${ID}`])
    expect(scene.error).toBeUndefined()
    expect(scene.lines.at(-1)).toContain('is deployed. The host was rebooted and runs it. (deployed, ')
    expect(scene.outputs.values['reboot-required']).toBe('false')
    expect(scene.summary.markdown).toContain('The host was rebooted and runs the new system.')
  })

  test('whose answer is lost is asked for again, and a second no means that it goes on', async () => {
    const answers = [lost(), exited(65)]
    const scene = committed(
      (scene) => () => {
        if (answers.length === 1) comeBack(scene, '/nix/store/bbb-new')
        return answers.shift() ?? exited(1)
      },
      'scheduled',
    )
    await scene.run(WHEN_REQUIRED)
    expect(answers).toEqual([])
    expect(scene.status).toBe('deployed')
    expect(scene.error).toBeUndefined()
  })

  test('that the host refuses is red', async () => {
    const scene = committed(() => answering('', 65, 'vps-deploy: another deploy is active'))
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('failed')
    expect(scene.message).toBe(
      '95a89711a27f on vps-arm (example.org) is committed, but not booted. The host refused to reboot: exit code 65: vps-deploy: another deploy is active.',
    )
    expect(scene.outputs.values['reboot-required']).toBe('true')
  })

  test.each([
    ['/nix/store/aaa-old', 'on /nix/store/aaa-old.'],
    ['', 'on an unknown system.'],
  ])('into another system is red (%p)', async (booted, words) => {
    const scene = committed((scene) => () => {
      comeBack(scene, booted)
      return exited(0)
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain(`The host came back, but ${words}`)
  })

  test('from which the host does not come back is red at the end of the timeout', async () => {
    const scene = committed((scene) => () => {
      scene.host.refuse = () => unreachable
      return lost()
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toContain(
      'is committed, but the host is not back from its reboot. The connection is lost',
    )
    expect(scene.outputs.values['system']).toBe('/nix/store/bbb-new')
  })

  test('that the run is canceled in goes on without it', async () => {
    const scene = committed(
      (scene) => () => {
        scene.cancel()
        return exited(0)
      },
      'scheduled',
    )
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('abort')).toEqual([])
    expect(scene.message).toContain(
      'The run was canceled, and 95a89711a27f on vps-arm (example.org) is committed',
    )
    expect(scene.status).toBe('unreachable')
  })

  test('is not disturbed by a question that was answered before it was seen', async () => {
    const scene = committed(() => () => exited(0))
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.cut()
      scene.host.refuse = () => unreachable
      void deploy.confirmation()
      deploy.result('deployed', 0, KERNEL)
      await scene.clock.sleep(5_000)
      scene.host.refuse = () => undefined
      await scene.clock.sleep(5_000)
      comeBack(scene, '/nix/store/bbb-new')
    }
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.status).toBe('deployed')
  })

  test('that somebody did already is not done again', async () => {
    const scene = committed(() => answering('', 65))
    let count = 0
    scene.host.handlers.set('status', (channel) =>
      // A host that boots may know how to say nothing at first.
      ++count < 3 ? answering('starting', 70)(channel) : status('/nix/store/bbb-new', 'two')(channel),
    )
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('reboot')).toEqual([])
    expect(scene.error).toBeUndefined()
  })
})

describe('without a reboot', () => {
  test('it is said that one is needed, and that the host has no second try', async () => {
    const scene = await playing(ending('deployed', 0, KERNEL))
    expect(scene.log.of('warning')).toEqual([
      UNTRIED,
      'The new system is whole only after a reboot: kernel: 6.1 -> 6.2.',
    ])
    expect(scene.host.asked('reboot')).toEqual([])
    expect(scene.summary.markdown).toContain('#### Reboot required\n\n- kernel')
    expect(scene.status).toBe('deployed')
  })

  test('a host that can try a system needs no warning of that', async () => {
    const scene = new Scene()
    scene.host.handlers.set('hello', answering(JSON.stringify({ ...HELLO, trialBoot: true })))
    scene.host.script = ending('scheduled', 0)
    await scene.run()
    expect(scene.log.of('warning')).toEqual(['The new system is whole only after a reboot.'])
  })

  test('mode boot is warned at the start, and once', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      expect(scene.log.of('warning')).toEqual([UNTRIED])
      await prepare(deploy)
      deploy.result('scheduled', 0)
    }
    await scene.run({ mode: 'boot' })
    expect(scene.log.of('warning')).toEqual([UNTRIED])
    expect(scene.status).toBe('scheduled')
  })

  test.each([
    ['test', 'deployed'],
    ['dry-activate', 'planned'],
  ])('mode %s never reboots', async (mode, status) => {
    const scene = await playing(ending(status, 0, KERNEL), { mode, ...WHEN_REQUIRED })
    expect(scene.status).toBe(status)
    expect(scene.host.asked('reboot')).toEqual([])
    expect(scene.log.of('warning')).toEqual([])
  })
})
