import { describe, expect, test } from '@jest/globals'
import { answering, HELLO } from './fakehost.ts'
import { Scene } from './scene.ts'

describe('the greeting', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'another protocol',
      { ...HELLO, protocol: 2 },
      /speaks protocol 2 .* this action speaks 1.*newer version of the/s,
    ],
    ['an older one', { ...HELLO, protocol: 0 }, /speaks protocol 0.*Update vps-deploy/s],
    [
      'no such mode',
      { ...HELLO, modes: ['boot'] },
      /cannot deploy with mode 'switch': it offers boot.*another mode/s,
    ],
    ['no modes', { ...HELLO, modes: null }, /it offers none.*another mode/s],
    ['no protocol', { hello: 'world' }, /answered 'hello' with '{"hello":"world"}'.*protocol: plain/s],
    ['a list', [1], /which is not vps-deploy's answer.*protocol: plain/s],
  ])('finds out about %s', async (_, hello, words) => {
    const scene = new Scene()
    scene.host.handlers.set('hello', answering(JSON.stringify(hello)))
    await scene.run()
    expect(scene.status).toBe('failed')
    expect(`${scene.message} ${scene.hint}`).toMatch(words)
    expect(scene.host.requests).toEqual(['1 hello'])
  })

  test('makes do without a name', async () => {
    const scene = new Scene()
    scene.host.handlers.set('hello', answering(JSON.stringify({ ...HELLO, configuration: undefined })))
    await scene.run()
    expect(scene.lines.at(-1)).toBe('info 95a89711a27f on example.org is deployed. (deployed, 4 s)')
  })

  test('shows only the beginning of an endless answer', async () => {
    const scene = new Scene()
    scene.host.handlers.set('hello', answering('x'.repeat(2_000_000), 0, 'y'.repeat(2_000_000)))
    await scene.run()
    expect(scene.message).toBe(
      `The host answered 'hello' with '${'x'.repeat(200)}…', which is not vps-deploy's answer.`,
    )
  })

  test('takes no answer for an answer', async () => {
    const scene = new Scene()
    scene.host.handlers.set('hello', answering('', 127, 'sh: vps-deploy: not found\n'))
    await scene.run()
    expect(scene.message).toBe("The host did not answer 'hello': exit code 127: sh: vps-deploy: not found.")
  })

  test('that was killed is none', async () => {
    const scene = new Scene()
    scene.host.handlers.set('hello', () => ({ kind: 'killed', signal: 'SIGKILL' }))
    await scene.run()
    expect(scene.message).toBe("The host did not answer 'hello': killed by SIGKILL.")
  })
})
