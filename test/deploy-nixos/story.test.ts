/** A host that is lost in its own story, in time, or in versions. */
import { describe, expect, test } from '@jest/globals'
import { goWell, prepare } from './fakedeploy.ts'
import { answering, exited, lost } from './fakehost.ts'
import { ending, ID, playing, Scene } from './scene.ts'

describe('a host whose story does not hang together', () => {
  test('is not confirmed after events have vanished, and rolls back', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      deploy.accepted()
      deploy.emit('log', { seq: 7, text: 'seven' })
      const decision = await deploy.confirmation(90, { seq: 8 })
      deploy.result('rolled-back', decision === 'aborted' ? 81 : 80, { seq: 9 })
    }
    await scene.run()
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.host.asked('abort')).toEqual([`abort ${ID}`])
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toContain('The host no longer has the events 1 to 6 of this deploy')
  })

  test('and was set back to before what it has said is red', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      deploy.confirmed()
      scene.host.handlers.set('attach', (channel) => {
        const { id, rev, mode } = deploy
        const result = { seq: 1, type: 'result', id, rev, mode, status: 'deployed', exitCode: 0 }
        channel.stdout(`${JSON.stringify(result)}\n`)
        return exited(0)
      })
      scene.host.cut()
    }
    await scene.run()
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain("The host's result is event 1, but event 5 was seen before it")
  })

  test('but says too much at once is believed in the rest', async () => {
    const scene = await playing(async (deploy) => {
      await prepare(deploy)
      deploy.log('x'.repeat(9_000_000))
      deploy.confirmed()
      deploy.result('deployed', 0)
    })
    expect(scene.log.of('warning')).toEqual(['Event 5 of the host is too long to be read.'])
    expect(scene.status).toBe('deployed')
  })

  test('but repeats itself, or goes back for a moment, is shown once', async () => {
    const scene = new Scene()
    const real = scene.host.handlers.get('deploy')
    scene.host.handlers.set('deploy', (channel) => {
      let said = ''
      const stdout = (text: string): void => {
        said += text
        channel.stdout(said)
      }
      return real?.({ ...channel, stdout }) ?? exited(1)
    })
    scene.host.script = async (deploy) => {
      deploy.accepted()
      deploy.log('one')
      deploy.log('two')
      deploy.confirmed()
      deploy.result('deployed', 0)
    }
    await scene.run()
    expect(scene.log.of('host')).toEqual(['one\n', 'two\n'])
    expect(scene.status).toBe('deployed')
  })
})

describe('a host with a wrong clock', () => {
  test.each(['1970-01-01T00:00:00Z', '2999-01-01T00:00:00Z', 'yesterday'])(
    '(%s) is answered in time',
    async (deadline) => {
      const scene = new Scene()
      scene.host.script = async (deploy) => {
        deploy.accepted({ deadline, time: deadline })
        await deploy.phase('activate')
        const decision = await deploy.confirmation(90, { deadline, time: deadline })
        deploy.result(
          decision === 'confirmed' ? 'deployed' : 'rolled-back',
          decision === 'confirmed' ? 0 : 81,
        )
      }
      await scene.run()
      expect(scene.status).toBe('deployed')
    },
  )

  test('is not believed about what it does alone, nor about how long', async () => {
    const scene = new Scene()
    scene.host.handlers.set('abort', () => lost())
    scene.host.script = async (deploy) => {
      deploy.accepted({ deadline: '1970-01-01T00:28:00Z' })
      await scene.clock.sleep(60_000)
      scene.cancel()
    }
    await scene.run()
    expect(scene.message).toMatch(/in 26 min \d+ s at the latest \(1970-01-01T00:28:00Z by its own clock\)/)
  })

  test('that says no seconds is quoted', async () => {
    const scene = new Scene()
    scene.host.handlers.set('abort', () => lost())
    scene.host.script = async (deploy) => {
      deploy.accepted({ secondsLeft: null })
      await scene.clock.sleep(1_000)
      scene.cancel()
    }
    await scene.run()
    expect(scene.message).toContain('at 2026-11-23T03:28:00Z by its own clock at the latest.')
  })

  test.each([-5, 1e12])('or with %p seconds left is answered all the same', async (secondsLeft) => {
    const scene = new Scene()
    scene.http = async () => {
      await scene.clock.sleep(1_000)
      return { status: 200 }
    }
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      await deploy.phase('activate')
      const decision = await deploy.confirmation(90, { secondsLeft })
      deploy.result(decision === 'confirmed' ? 'deployed' : 'rolled-back', decision === 'confirmed' ? 0 : 81)
    }
    await scene.run({ 'health-urls': 'https://one.example/' })
    expect(scene.status).toBe('deployed')
  })
})

describe('a newer host', () => {
  test('may say more than is known', async () => {
    const scene = new Scene()
    scene.host.handlers.set(
      'hello',
      answering(JSON.stringify({ protocol: 1, modes: ['switch', 'later'], trialBoot: 'perhaps', more: {} })),
    )
    scene.host.script = async (deploy) => {
      deploy.emit('hail', { seq: 0 })
      deploy.accepted({ mood: 'good', secondsLeft: 'many' })
      deploy.emit('phase', { name: 'polish', state: 'paused' })
      deploy.emit('fireworks', { colors: [1, 2, 3] })
      await goWell(deploy)
    }
    await scene.run()
    expect(scene.status).toBe('deployed')
  })

  test('may say less than is known', async () => {
    const scene = await playing(
      ending('deployed', 0, { generation: null, rebootRequired: null, message: null }),
    )
    expect(scene.error).toBeUndefined()
    expect(scene.outputs.values['generation']).toBe('')
  })
})
