// The deploy replaces the programs it is carried out by.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { awaited, resultOf } from './asking.ts'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { endOf, hostState, idle, leftovers, mustDeploy, startDeploy, tearDown } from './deploying.ts'
import { VERSION, keepVersions, withVersion } from './replaced.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(180_000)

const boxes: Box[] = []

afterAll(() => tearDown(...boxes))

const settings = { config: { settleSeconds: 0 } }
const ours = { units: { 'ours.service': idle }, ...settings }

/** A box whose system has brought the first of two versions along. */
async function withFirst(version: 'present' | 'later') {
  const box = await bootBox()
  boxes.push(box)
  await keepVersions(box)
  const before = await mustDeploy(box, withVersion(version, settings))
  return { box, before }
}

async function versionOf(box: Box): Promise<unknown> {
  const hello = JSON.parse((await askAnew(box, 'hello')).stdout) as Record<string, unknown>
  return hello['version']
}

/** From one version to another, and one deploy more by the new one. */
async function replaced(first: 'present' | 'later', second: 'present' | 'later') {
  const { box } = await withFirst(first)
  const versions = [await versionOf(box)]
  const run = await startDeploy(box, { rev: await box.commit(withVersion(second, ours)) }).finished
  const one = await endOf(box, run)
  versions.push(await versionOf(box))
  const again = await startDeploy(box, { rev: await box.commit(withVersion(second, settings)) }).finished
  const attached = await askAnew(box, `attach ${run.outputs['deploy-id'] ?? ''} 0`)
  return { versions, one, attached, other: await endOf(box, again) }
}

/** From one version to another whose worker has to take back what the first one began. */
async function interrupted(first: 'present' | 'later', second: 'present' | 'later') {
  const { box, before } = await withFirst(first)
  const rev = await box.commit(withVersion(second, { ...ours, config: { settleSeconds: 0 } }))
  const { id, answer } = await awaited(box, `deploy interrupted-1 ${rev} switch 60 300`)
  const during = await versionOf(box)
  await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
  const { code } = await answer
  const result = await resultOf(box, id)
  return {
    before,
    after: await hostState(box),
    during,
    code,
    result,
    version: await versionOf(box),
    left: await leftovers(box),
  }
}

/** The new programs are no good: nobody can confirm with them. */
async function useless(version: 'broken' | 'gone') {
  const { box, before } = await withFirst('present')
  const rev = await box.commit(withVersion(version, ours))
  const step = startDeploy(box, {
    rev,
    'confirm-timeout': '16s',
    'health-timeout': '1s',
    'connect-timeout': '5s',
  })
  const end = await endOf(box, await step.finished)
  return { before, end, version: await versionOf(box) }
}

/** The new system deletes the programs, and the worker dies: what is left is the timer and the tools it kept. */
async function timerAlone() {
  const { box, before } = await withFirst('present')
  const activation = 'touch /run/activated; sleep 600'
  const rev = await box.commit(withVersion('gone', { ...ours, activation }))
  const answer = askAnew(box, `deploy timer-alone ${rev} switch 5 75`)
  await box.waitFor('/run/activated')
  await box.must('systemctl stop vps-deploy-worker.path')
  await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
  const { code } = await answer
  await box.must('systemctl start vps-deploy-worker.path')
  return {
    before,
    after: await hostState(box),
    code,
    version: await versionOf(box),
    left: await leftovers(box),
  }
}

/** The new system keeps the state of its deploys elsewhere, and so does the one after it, which is no good. */
async function stateMoved() {
  const { box } = await withFirst('present')
  const moved = (name: string) => ({ config: { settleSeconds: 0, stateDir: `/var/lib/${name}` } })
  const good = await startDeploy(box, { rev: await box.commit(moved('second')) }).finished
  const id = good.outputs['deploy-id'] ?? ''
  const attached = await askAnew(box, `attach ${id} 0`)
  const status = JSON.parse((await askAnew(box, 'status')).stdout) as unknown
  const rev = await box.commit({ ...moved('third'), bootloader: 'exit 1' })
  const bad = await startDeploy(box, { rev }).finished
  const deploys = await box.must('ls /var/lib/second/deploys /var/lib/third/deploys')
  return { id, good, attached, status, bad, deploys }
}

function begin<T>(story: () => Promise<T>): { readonly end: Promise<T> } {
  const end = story()
  // A story that fails does so in its own test.
  end.catch(() => undefined)
  return { end }
}

const beginAll = () => ({
  timerAlone: begin(timerAlone),
  broken: begin(() => useless('broken')),
  gone: begin(() => useless('gone')),
  stateMoved: begin(stateMoved),
  forth: begin(() => replaced('present', 'later')),
  back: begin(() => replaced('later', 'present')),
  interruptedForth: begin(() => interrupted('present', 'later')),
  interruptedBack: begin(() => interrupted('later', 'present')),
})

let begun: ReturnType<typeof beginAll>

beforeAll(() => {
  begun = beginAll()
})

test.each([
  ['later', 'forth', [VERSION, '99.0.0']],
  ['earlier', 'back', ['99.0.0', VERSION]],
] as const)('a deploy that brings %s programs works, and so does the next', async (_, which, versions) => {
  const story = await begun[which].end
  expect(story.versions).toEqual(versions)
  expect(story.one).toMatchObject({ code: 0, status: 'deployed', exitCode: 0, leftovers: '' })
  expect(story.attached).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  expect(story.other).toMatchObject({ code: 0, status: 'deployed', exitCode: 0, leftovers: '' })
})

test.each([
  ['Later', 'interruptedForth', { during: '99.0.0', version: VERSION }],
  ['Earlier', 'interruptedBack', { during: VERSION, version: '99.0.0' }],
] as const)('%s programs take back what the replaced ones left half done', async (_, which, versions) => {
  const story = await begun[which].end
  expect(story).toMatchObject({ ...versions, code: 81, left: '' })
  // At once, not at the deadline by the tools that were kept.
  const message = expect.stringMatching(/^The worker died/) as unknown
  expect(story.result).toMatchObject({ status: 'rolled-back', exitCode: 81, message })
  expect(story.after).toEqual(story.before)
})

test.each(['broken', 'gone'] as const)(
  'programs that are %s are replaced by the old ones again',
  async (which) => {
    const { before, end, version } = await begun[which].end
    expect(end).toEqual({ code: 1, status: 'rolled-back', exitCode: 81, host: before, leftovers: '' })
    expect(version).toBe(VERSION)
  },
)

test('the timer goes back with the programs it kept, though all others are deleted', async () => {
  const { before, after, code, version, left } = await begun.timerAlone.end
  expect({ code, version, left }).toEqual({ code: 81, version: VERSION, left: '' })
  expect(after).toEqual(before)
})

test('a deploy that moves the state directory is found there when it is over, unless it was taken back', async () => {
  const { id, good, attached, status, bad, deploys } = await begun.stateMoved.end
  expect(good).toMatchObject({ code: 0, outputs: { status: 'deployed' } })
  expect(attached).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  expect(status).toMatchObject({ lastResult: { id, status: 'deployed' } })
  expect(bad).toMatchObject({ code: 1, outputs: { status: 'rolled-back' } })
  const second = [id, bad.outputs['deploy-id'] ?? ''].toSorted()
  expect(deploys.split('\n')).toEqual(['/var/lib/second/deploys:', ...second, '', '/var/lib/third/deploys:'])
})
