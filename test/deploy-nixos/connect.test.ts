import { describe, expect, test } from '@jest/globals'
import { lost, refused, unreachable, wrongKey } from './fakehost.ts'
import { Scene } from './scene.ts'

/** Refuses the connections with these numbers. */
const refusing = (scene: Scene, error: Error, ...numbers: number[]): void => {
  scene.host.refuse = (connection) => (numbers.includes(connection) ? error : undefined)
}

describe('the first connection', () => {
  test('is tried as often as it may be, with longer and longer pauses', async () => {
    const scene = new Scene()
    scene.host.refuse = () => unreachable
    await scene.run({ 'connect-attempts': '4' })
    expect(scene.host.connections).toBe(4)
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toBe('example.org does not answer.')
    expect(scene.log.of('info').slice(1)).toEqual([
      'example.org does not answer. Attempt 1 of 4; the next one in 500 ms.',
      'example.org does not answer. Attempt 2 of 4; the next one in 1 s.',
      'example.org does not answer. Attempt 3 of 4; the next one in 2 s.',
    ])
  })

  test('that works at last is good enough', async () => {
    const scene = new Scene()
    refusing(scene, unreachable, 1, 2)
    await scene.run()
    expect(scene.status).toBe('deployed')
  })

  test.each([
    ['a refused key', refused],
    ['another host key', wrongKey],
  ])('is final with %s', async (_, error) => {
    const scene = new Scene()
    scene.host.refuse = () => error
    await scene.run()
    expect(scene.host.connections).toBe(1)
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toBe(error.message)
    expect(scene.outputs.values['system']).toBe('')
    expect(scene.summary.markdown).toContain('### ❌ Unreachable: ')
  })

  test('that breaks during the greeting counts as an attempt', async () => {
    const scene = new Scene()
    scene.host.handlers.set('hello', () => lost('Keepalive timeout'))
    await scene.run({ 'connect-attempts': '2' })
    expect(scene.host.requests).toEqual(['1 hello', '2 hello'])
    expect(scene.message).toBe("The host did not answer 'hello': connection lost (Keepalive timeout).")
  })

  test('does not wait for a greeting forever', async () => {
    const scene = new Scene()
    scene.host.handlers.set('hello', () => new Promise(() => undefined))
    await scene.run({ 'connect-attempts': '1' })
    expect(scene.status).toBe('unreachable')
    expect(scene.clock.now()).toBe(20_000)
  })

  test('does not outlast the timeout', async () => {
    const scene = new Scene()
    scene.host.refuse = () => unreachable
    await scene.run({ 'connect-attempts': '100', timeout: '280s' })
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toBe("The 'timeout' is over, and the host was not reached.")
    expect(scene.clock.now()).toBeLessThanOrEqual(280_000)
  })
})
