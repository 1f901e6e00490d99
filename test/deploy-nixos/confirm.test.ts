import { describe, expect, test } from '@jest/globals'
import { prepare } from './fakedeploy.ts'
import { answering, exited, lost, unreachable } from './fakehost.ts'
import { playing, Scene } from './scene.ts'

describe('the confirmation', () => {
  test('is asked for again, over a fresh connection each time, until there is an answer', async () => {
    const scene = new Scene()
    const real = scene.host.handlers.get('confirm')
    let count = 0
    scene.host.handlers.set('confirm', (channel) => {
      count++
      if (count === 1) return lost()
      if (count === 2) return exited(70)
      return real?.(channel) ?? exited(1)
    })
    scene.host.refuse = (connection) => (connection === 2 ? unreachable : undefined)
    await scene.run()
    expect(scene.host.requests.filter((line) => line.includes('confirm')).map((line) => line[0])).toEqual([
      '3',
      '4',
      '5',
    ])
    expect(scene.status).toBe('deployed')
  })

  test('is believed only in the words of the protocol', async () => {
    const scene = new Scene()
    scene.host.handlers.set('confirm', answering('yes\n'))
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      await deploy.phase('activate')
      await deploy.confirmation(30, { secondsLeft: 10 })
      deploy.result('rolled-back', 81)
    }
    await scene.run()
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toContain('The host could not be told in time whether the new system is healthy.')
  })

  test('that the host refuses is not pressed', async () => {
    const scene = new Scene()
    scene.host.handlers.set('confirm', answering('', 65, 'vps-deploy: the decision stands\n'))
    await scene.run()
    expect(scene.host.asked('confirm')).toHaveLength(1)
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toContain(
      'The host refused the confirmation: exit code 65: vps-deploy: the decision stands.',
    )
  })

  test('whose answer was lost may have arrived all the same', async () => {
    const scene = new Scene()
    const real = scene.host.handlers.get('confirm')
    scene.host.handlers.set('confirm', (channel) => {
      void real?.({ ...channel, stdout: () => undefined })
      return lost()
    })
    await scene.run()
    expect(scene.status).toBe('deployed')
    expect(scene.error).toBeUndefined()
  })

  test('has the time that the host gives, or else the input', async () => {
    const scene = await playing(async (deploy) => {
      await prepare(deploy)
      await deploy.phase('activate')
      await deploy.confirmation(90, { secondsLeft: null })
      deploy.result('deployed', 0)
    })
    expect(scene.status).toBe('deployed')
  })
})

describe('a bug beside the story', () => {
  test('is no word about the health of the host', async () => {
    const scene = new Scene()
    scene.http = async () => {
      throw new RangeError('boom')
    }
    await scene.run({ 'health-urls': 'https://one.example/' })
    expect(scene.error).toBeInstanceOf(RangeError)
    expect(scene.log.of('error')).toEqual([])
    expect(scene.status).toBe('failed')
  })

  test('while it dials makes the step red', async () => {
    const scene = new Scene()
    scene.host.refuse = (connection) => (connection === 2 ? new TypeError('boom') : undefined)
    await scene.run()
    expect(scene.message).toBe('boom')
  })

  test('makes the step red', async () => {
    const scene = new Scene()
    const { info } = scene.log
    scene.log.info = (text) => {
      if (text.startsWith('Confirmed')) throw new TypeError('boom')
      info(text)
    }
    await scene.run()
    expect(scene.message).toBe('boom')
    expect(scene.status).toBe('failed')
  })
})
