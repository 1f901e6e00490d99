// A recorded system that is being fetched: the worker is killed, the plug is pulled, the cache hangs or is not there.
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { asked, resultOf } from './asking.ts'
import type { Asked } from './asking.ts'
import { hostState, leftovers } from './deploying.ts'
import { answerTo, deployed, suiteScene } from './recording.ts'
import type { Recorded } from './ci.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(120_000)

const scene = suiteScene()

afterEach(() => {
  scene().ci.cache.behave('answers')
})

let systems = 0

/** Begins a deploy, and comes back when its host waits for that part of the cache. */
async function waitsFor(path: RegExp, seconds = 200): Promise<Asked & Recorded> {
  const { box, ci } = scene()
  const recorded = await ci.recorded({ packages: [`crash-${++systems}`] }, 'ci')
  ci.cache.behave('hangs', path)
  const reached = ci.cache.askedFor(path)
  const deploy = await asked(box, `deploy crashing-${systems} ${recorded.rev} switch 0 ${seconds}`)
  await reached
  return { ...deploy, ...recorded }
}

const narinfos = /\.narinfo$/
const contents = /^\/nar\//

/** The same commit again, with nothing in its way. */
async function again({ rev, path }: Recorded): Promise<void> {
  scene().ci.cache.behave('answers')
  expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
}

describe.each([
  ['what it needs is asked for', narinfos],
  ['it is fetched', contents],
])('while %s', (_, part) => {
  test('the worker is killed: nothing is changed, and the next deploy works', async () => {
    const { box } = scene()
    const before = await hostState(box)
    const deploy = await waitsFor(part)
    await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
    expect(await deploy.answer).toMatchObject({ code: 70 })
    expect(await resultOf(box, deploy.id)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/interrupted before the activation\. Nothing was changed/) as unknown,
    })
    expect({ host: await hostState(box), left: await leftovers(box) }).toEqual({ host: before, left: '' })
    await again(deploy)
  })

  test('the plug is pulled: at the next boot it has a result, and the next deploy works', async () => {
    const { box } = scene()
    const before = await hostState(box)
    const deploy = await waitsFor(part)
    deploy.answer.catch(() => undefined)
    await box.pullPlug()
    await box.start()
    expect(await askAnew(box, `attach ${deploy.id} 0`)).toMatchObject({ code: 70 })
    const host = { ...before, booted: before.running }
    expect({ host: await hostState(box), left: await leftovers(box) }).toEqual({ host, left: '' })
    await again(deploy)
  })

  test('its time is up: the deadline holds though the cache never answers', async () => {
    const { box } = scene()
    const before = await hostState(box)
    const begin = performance.now()
    const deploy = await waitsFor(part, 6)
    expect(await deploy.answer).toMatchObject({ code: 75 })
    expect(performance.now() - begin).toBeLessThan(15_000)
    expect({ host: await hostState(box), left: await leftovers(box) }).toEqual({ host: before, left: '' })
    await again(deploy)
  })

  test('it is aborted: it ends at once', async () => {
    const { box } = scene()
    const before = await hostState(box)
    const deploy = await waitsFor(part)
    expect(await askAnew(box, `abort ${deploy.id}`)).toMatchObject({ code: 0 })
    expect(await deploy.answer).toMatchObject({ code: 83 })
    expect({ host: await hostState(box), left: await leftovers(box) }).toEqual({ host: before, left: '' })
    await again(deploy)
  })
})

test('a cache that breaks every connection is no refusal: it may be there again later', async () => {
  const { rev, path } = await scene().ci.recorded({ packages: ['broken-1'] }, 'ci')
  scene().ci.cache.behave('breaks')
  expect(await answerTo(scene(), rev)).toMatchObject({
    code: 69,
    status: 'failed',
    isUntouched: true,
    left: '',
  })
  await again({ rev, path })
})
