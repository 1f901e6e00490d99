import { describe, expect, test } from '@jest/globals'
import { text } from '../../actions/shared/markdown.ts'
import { activateAndDecide, prepare } from './fakedeploy.ts'
import { answering, exited, lost, unreachable } from './fakehost.ts'
import { ID, playing, Scene } from './scene.ts'

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

describe('the health URLs', () => {
  const URLS = { 'health-urls': 'https://one.example/ 204\nhttps://two.example/' }

  test('are asked at once, and the deploy is confirmed when all have answered', async () => {
    const scene = new Scene()
    const asked: string[] = []
    let count = 0
    scene.http = async (url, { redirects }) => {
      asked.push(`${url} ${redirects}`)
      expect(scene.host.asked('confirm')).toEqual([])
      if (url === 'https://one.example/') return { status: 204 }
      return { status: ++count < 3 ? 503 : 200 }
    }
    await scene.run(URLS)
    expect(asked).toEqual([
      'https://one.example/ keep',
      'https://two.example/ follow',
      'https://two.example/ follow',
      'https://two.example/ follow',
    ])
    expect(scene.log.of('info')).toContain('https://two.example/ answered 200 after 0 ms.')
    expect(scene.status).toBe('deployed')
  })

  test('that do not answer as expected have the host roll back at once, with the reason', async () => {
    const scene = new Scene()
    scene.http = async (url) => {
      if (url === 'https://one.example/') return { status: 200 }
      throw new Error('https://two.example/: connection refused.')
    }
    await scene.run(URLS)
    expect(scene.log.of('error')).toEqual([
      'https://one.example/ answered 200, expected 204.',
      'https://two.example/: connection refused.',
    ])
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.host.requests.slice(2)).toEqual([`1 abort ${ID}`])
    expect(scene.clock.now()).toBeLessThan(70_000)
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toBe(
      '95a89711a27f on vps-arm (example.org) was rolled back. Aborted. https://one.example/ answered 200, expected 204. https://two.example/: connection refused.',
    )
    expect(scene.summary.markdown).toContain(text('https://two.example/: connection refused.'))
  })

  test('are not waited for once the host has ended', async () => {
    const scene = new Scene()
    scene.http = async () => ({ status: 500 })
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      await deploy.phase('activate')
      void deploy.confirmation()
      await scene.clock.sleep(5_000)
      deploy.result('rolled-back', 81, { message: 'A unit failed.' })
    }
    await scene.run(URLS)
    expect(scene.message).toContain('was rolled back. A unit failed.')
    expect(scene.log.of('error')).toEqual([])
    expect(scene.host.asked('abort')).toEqual([])
  })

  test('make the abort find its way over a new connection where the old one is gone', async () => {
    const scene = new Scene()
    scene.http = async () => {
      scene.host.cut()
      return { status: 500 }
    }
    scene.host.handlers.set('abort', answering('', 65, 'the decision stands'))
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      await activateAndDecide(deploy, 20)
    }
    await scene.run({ ...URLS, 'health-timeout': '2s' })
    expect(scene.log.of('info')).toContain(
      'The host did not take the request: exit code 65: the decision stands.',
    )
    expect(scene.status).toBe('rolled-back')
  })

  test('are not asked for a deploy that was over before it was seen again', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.cut()
      scene.host.refuse = () => unreachable
      await activateAndDecide(deploy)
      scene.host.refuse = () => undefined
    }
    scene.http = async () => {
      throw new Error('asked')
    }
    await scene.run(URLS)
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.message).toBe(
      '95a89711a27f on vps-arm (example.org) was rolled back. Not confirmed in time.',
    )
  })
})

describe('a bug beside the story', () => {
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
