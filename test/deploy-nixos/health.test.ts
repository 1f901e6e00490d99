import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import { text } from '../../actions/shared/markdown.ts'
import { activateAndDecide, prepare } from './fakedeploy.ts'
import { answering, unreachable } from './fakehost.ts'
import { ID, Scene } from './scene.ts'

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
    expect(scene.log.of('info')).toContain('2 of 2 health URLs answered as expected.')
    expect(scene.status).toBe('deployed')
  })

  test('that do not answer as expected have the host roll back at once, with the reason', async () => {
    const scene = new Scene()
    scene.http = async (url) => {
      if (url === 'https://one.example/') return { status: 200 }
      throw new ActionError('https://two.example/: connection refused.')
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
      '95a89711a27f on vps-arm (example.org) was rolled back. https://one.example/ answered 200, expected 204. https://two.example/: connection refused. Aborted.',
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
