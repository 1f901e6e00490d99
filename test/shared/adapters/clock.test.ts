import { describe, expect, test } from '@jest/globals'
import { clock } from '../../../actions/shared/adapters/clock.ts'
import { random } from '../../../actions/shared/adapters/random.ts'
import type { Clock } from '../../../actions/shared/ports.ts'
import { FakeClock } from '../../support/fakes.ts'

describe.each<[string, () => Clock]>([
  ['the real clock', () => clock],
  ['the fake clock', () => new FakeClock()],
])('%s', (_, make) => {
  test('sleeps as long as it says', async () => {
    const time = make()
    const start = time.now()
    await time.sleep(30)
    expect(time.now() - start).toBeGreaterThanOrEqual(29)
    expect(time.now() - start).toBeLessThan(500)
  })

  test('wakes several sleepers in order', async () => {
    const time = make()
    const woken: string[] = []
    await Promise.all([
      time.sleep(40).then(() => woken.push('second')),
      time.sleep(10).then(() => woken.push('first')),
    ])
    expect(woken).toEqual(['first', 'second'])
  })

  test('wakes at once when the signal is aborted, with its reason', async () => {
    const controller = new AbortController()
    const sleeping = make().sleep(10_000, controller.signal)
    controller.abort(new Error('canceled by SIGINT'))
    await expect(sleeping).rejects.toThrow('canceled by SIGINT')
    await expect(make().sleep(10_000, controller.signal)).rejects.toThrow('canceled by SIGINT')
  })
})

test('random digits are hex, two a byte, and new each time', () => {
  expect(random.hex(16)).toMatch(/^[0-9a-f]{32}$/)
  expect(random.hex(8)).not.toBe(random.hex(8))
})
