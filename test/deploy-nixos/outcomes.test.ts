import { describe, expect, test } from '@jest/globals'
import { activateAndDecide } from './fakedeploy.ts'
import { answering } from './fakehost.ts'
import { ending, playing, REV, Scene } from './scene.ts'

describe('the end of a deploy decides over the step', () => {
  test.each([
    ['deployed', 0, 'is deployed. Words.'],
    ['unchanged', 0, 'was deployed already. Words.'],
    ['scheduled', 0, 'becomes active at the next boot. Words.'],
    ['planned', 0, 'was planned only. Words.'],
  ])('%s is green', async (status, code, words) => {
    const mode = status === 'planned' ? 'dry-activate' : 'switch'
    const scene = await playing(ending(status, code, { message: 'Words.' }), { mode })
    expect(scene.error).toBeUndefined()
    expect(scene.status).toBe(status)
    expect(scene.lines.at(-1)).toBe(`info 95a89711a27f on vps-arm (example.org) ${words} (${status}, 2 s)`)
  })

  test.each([
    ['refused', 64, 'was refused. Words.'],
    ['refused', 65, 'was refused. Words.'],
    ['failed', 69, 'failed to deploy. Words.'],
    ['failed', 70, 'failed to deploy. Words.'],
    ['failed', 75, 'failed to deploy. Words.'],
    ['rolled-back', 80, 'was rolled back. Words.'],
    ['rolled-back', 81, 'was rolled back. Words.'],
    ['failed', 82, 'failed to deploy. Words.'],
    ['aborted', 83, 'was stopped before its activation. Words.'],
    ['rolled-back', 84, 'was rolled back. Words.'],
  ])('%s (%i) is red', async (status, code, words) => {
    const scene = await playing(ending(status, code, { message: 'Words.' }))
    expect(scene.message).toBe(`95a89711a27f on vps-arm (example.org) ${words}`)
    expect(scene.status).toBe(status)
    expect(scene.summary.markdown).toContain(words.split('.')[0])
  })

  test('a test deploy says that it is one', async () => {
    const scene = await playing(ending('deployed', 0), { mode: 'test' })
    expect(scene.lines.at(-1)).toContain('is deployed for a test.')
  })

  test.each([
    ['deployed', 80],
    ['rolled-back', 0],
    ['unreachable', 0],
    ['wonderful', 0],
    ['deployed', null],
  ])('%s with exit code %p contradicts itself', async (status, exitCode) => {
    const scene = await playing(ending(status, 0, { exitCode }))
    expect(scene.status).toBe('failed')
    expect(scene.message).toMatch(/^The host's result contradicts itself/)
  })

  test.each(['id', 'rev', 'mode'])('a result with another %s is none of ours', async (part) => {
    const scene = await playing(ending('deployed', 0, { [part]: 'other' }))
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain(`The host answered for another deploy: ${part} 'other' instead of`)
    expect(scene.outputs.values['system']).toBe('')
  })

  test('so is an acceptance, and nothing is confirmed then', async () => {
    const scene = await playing(async (deploy) => {
      deploy.accepted({ rev: '1'.repeat(40) })
      await activateAndDecide(deploy)
    })
    expect(scene.message).toContain(`rev '${'1'.repeat(40)}' instead of '${REV}'`)
    expect(scene.host.asked('confirm')).toEqual([])
  })
})

describe('a host that turns the request down', () => {
  test.each([
    [64, 'refused', 'was refused. vps-deploy: not a request'],
    [65, 'refused', 'was refused. vps-deploy: not a request'],
    [70, 'failed', 'failed to deploy. vps-deploy: not a request'],
    [127, 'failed', 'failed to deploy. vps-deploy: not a request'],
  ])('with exit code %i', async (code, status, words) => {
    const scene = new Scene()
    scene.host.handlers.set('deploy', answering('', code, 'vps-deploy: not a request\n'))
    await scene.run()
    expect(scene.status).toBe(status)
    expect(scene.message).toBe(`95a89711a27f on vps-arm (example.org) ${words}`)
    expect(scene.host.asked('deploy')).toHaveLength(1)
  })

  test('without a word is quoted by its exit code', async () => {
    const scene = new Scene()
    scene.host.handlers.set('deploy', answering('', 65))
    await scene.run()
    expect(scene.message).toContain('was refused. exit code 65')
  })
})
