import { describe, expect, test } from '@jest/globals'
import { activateAndDecide, goWell, prepare, type FakeDeploy } from './fakedeploy.ts'
import { answering, exited, lost, unreachable } from './fakehost.ts'
import { ID, REV, Scene } from './scene.ts'

describe('a connection that breaks', () => {
  test('before the acceptance has the same request sent again', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      scene.host.cut()
      await scene.clock.sleep(100)
      await goWell(deploy)
    }
    await scene.run()
    const request = `deploy ${ID} ${REV} switch 90 1680`
    expect(scene.host.asked('deploy')).toEqual([request, request])
    expect(scene.host.asked('attach')).toEqual([])
    expect(scene.status).toBe('deployed')
  })

  test('in the middle is made anew, and every event is shown exactly once', async () => {
    const scene = new Scene()
    scene.host.refuse = (connection) => (connection === 2 || connection === 3 ? unreachable : undefined)
    scene.host.script = async (deploy) => {
      deploy.accepted()
      for (let line = 1; line <= 20; line++) {
        deploy.log(`line ${line}`)
        if (line % 5 === 0) scene.host.cut()
        await scene.clock.sleep(700)
      }
      await activateAndDecide(deploy)
    }
    await scene.run()
    expect(scene.log.of('host')).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`))
    expect(scene.host.asked('attach')[0]).toBe(`attach ${ID} 6`)
    expect(scene.log.of('info')).toContain('example.org does not answer. Trying again …')
    expect(scene.log.of('info')).toContain('Connected again.')
    expect(scene.status).toBe('deployed')
  })

  test('again and again does not turn into a storm', async () => {
    const scene = new Scene()
    let attaches = 0
    scene.host.handlers.set('attach', () => {
      attaches++
      return lost()
    })
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.cut()
    }
    await scene.run()
    expect(attaches).toBeLessThan(400)
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toContain('The connection is lost: cut')
  })

  test('is no end: exit codes without a result are asked about again', async () => {
    const scene = new Scene()
    const real = scene.host.handlers.get('attach')
    const codes = [0, 70, 255]
    scene.host.handlers.set('attach', (channel) => {
      const code = codes.shift()
      if (code !== undefined) return exited(code)
      return real?.(channel) ?? exited(1)
    })
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.cut()
      await scene.clock.sleep(10_000)
      deploy.confirmed()
      deploy.result('deployed', 0)
    }
    await scene.run()
    expect(codes).toEqual([])
    expect(scene.status).toBe('deployed')
  })

  test('may have been the last that the host knew of the deploy', async () => {
    const scene = new Scene()
    scene.host.handlers.set('attach', answering('', 65, 'vps-deploy: no such deploy'))
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.cut()
    }
    await scene.run()
    expect(scene.status).toBe('failed')
    expect(scene.message).toBe(`The host no longer knows deploy ${ID}. vps-deploy: no such deploy`)
  })
})

describe('an event that is missing', () => {
  test('is asked for again, and what came after it is shown once', async () => {
    const scene = new Scene()
    const real = scene.host.handlers.get('deploy')
    scene.host.handlers.set('deploy', (channel) => {
      const stdout = (text: string): void => {
        if (!text.includes('two')) channel.stdout(text)
      }
      return real?.({ ...channel, stdout }) ?? exited(1)
    })
    scene.host.script = async (deploy) => {
      deploy.accepted()
      for (const text of ['one', 'two', 'three', 'four']) deploy.log(text)
      await scene.clock.sleep(5_000)
      deploy.confirmed()
      deploy.result('deployed', 0)
    }
    await scene.run()
    expect(scene.log.of('host')).toEqual(['one\n', 'two\n', 'three\n', 'four\n'])
    expect(scene.host.requests.slice(2)).toEqual([`1 attach ${ID} 2`])
    expect(scene.status).toBe('deployed')
  })

  test('for good is said, the rest is shown, and no good end is believed', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      deploy.accepted()
      deploy.emit('log', { seq: 5, text: 'five' })
      deploy.emit('result', { ...resultOf(deploy), seq: 6 })
    }
    await scene.run()
    expect(scene.log.of('warning')).toEqual(['The host no longer has the events 1 to 4 of this deploy.'])
    expect(scene.log.of('host')).toEqual(['five\n'])
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain('its state was lost or set back.')
  })

  test('is not confused with a line that is none', async () => {
    const scene = new Scene()
    const real = scene.host.handlers.get('deploy')
    scene.host.handlers.set('deploy', (channel) => {
      channel.stdout('Welcome to example.org!\n')
      return real?.(channel) ?? exited(1)
    })
    await scene.run()
    expect(scene.log.of('warning')).toEqual([
      'The host sent a line that is not an event: Welcome to example.org!',
    ])
    expect(scene.status).toBe('deployed')
  })
})

test('a bug while it connects again is thrown on', async () => {
  const scene = new Scene()
  scene.host.refuse = (connection) => (connection === 2 ? new TypeError('boom') : undefined)
  scene.host.script = async (deploy) => {
    await prepare(deploy)
    scene.host.cut()
  }
  await scene.run()
  expect(scene.message).toBe('boom')
})

function resultOf({ id, rev, mode }: FakeDeploy): Readonly<Record<string, unknown>> {
  return { id, rev, mode, status: 'deployed', exitCode: 0 }
}
