import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { deploy, endOf, hostEvents, hostState, idle, mustDeploy, tearDown } from './deploying.ts'
import type { End, HostState } from './deploying.ts'

jest.setTimeout(120_000)

let box: Box
let before: HostState
let older: string

beforeAll(async () => {
  box = await bootBox()
  older = await box.must('git -C /srv/repo.git rev-parse main')
  before = await mustDeploy(box, { units: { 'idle.service': idle } })
}, 300_000)

afterAll(() => tearDown(box))

/** How the host answers: its end, and the sentence it gives as the reason. */
async function answerTo(rev: string): Promise<End & { readonly why: string }> {
  const run = await deploy(box, { rev })
  const end = await endOf(box, run)
  const result = (await hostEvents(box, run.outputs['deploy-id'])).at(-1)
  const message = String(result?.['message'])
  // The step has to say what the host says.
  return { ...end, why: run.log.includes(message) ? message : `not shown: ${message}` }
}

function refused(why: RegExp) {
  const end = { code: 1, status: 'refused', exitCode: 65, host: before, leftovers: '' }
  return { ...end, why: expect.stringMatching(why) as unknown }
}

test('a commit that is older than the running one is refused as a rewind', async () => {
  expect(await answerTo(older)).toEqual(refused(/^(?!not shown).*(older|rewind)/i))
})

test('a commit on another branch is refused', async () => {
  const rev = await box.commit({}, { branch: 'feature' })
  expect(await answerTo(rev)).toEqual(refused(/^(?!not shown).*not on .*main/i))
})

test('a commit of rewritten history, which does not contain the running one, is refused', async () => {
  const main = await box.must('git -C /srv/repo.git rev-parse main')
  const rev = await box.commit({ packages: ['rewritten-1'] }, { parent: older })
  expect(await answerTo(rev)).toEqual(refused(/^(?!not shown).*(does not contain|rewritten)/i))
  await box.must(['git', '-C', '/srv/repo.git', 'update-ref', 'refs/heads/main', main])
})

test('a commit that does not exist is refused', async () => {
  const rev = '0123456789abcdef0123456789abcdef01234567'
  expect(await answerTo(rev)).toEqual(refused(/^(?!not shown).*0123456789ab/))
})

test('a system whose own pre-switch check fails is refused, and the check is named', async () => {
  const words = `echo "the data is of version 1" >&2; echo "Pre-switch check 'database' failed" >&2; exit 1`
  const build = `printf '%s\\n' '#!/bin/sh' '${words.replaceAll("'", `'"'"'`)}' >"$out/bin/switch-to-configuration"`
  expect(await answerTo(await box.commit({ units: { 'idle.service': idle }, build }))).toEqual(
    refused(/^(?!not shown).*check database .*failed/i),
  )
})

test('refused deploys are kept in a log of their own, and are not the last result of this host', async () => {
  const run = await deploy(box, { rev: older })
  const log = await box.read('/var/lib/vps-deploy/refused.log')
  expect(log.split('\n').at(-1)).toContain(`deploy ${run.outputs['deploy-id'] ?? ''}: `)
  const status = JSON.parse(
    await box.must(
      'SSH_ORIGINAL_COMMAND=status setpriv --reuid=deploy --regid=deploy --clear-groups vps-deploy',
    ),
  ) as unknown
  expect(status).toMatchObject({ lastResult: { status: 'deployed', system: before.running } })
})

test.each(['main', 'ABCDEF6789abcdef0123456789abcdef01234567', '0123456789abcdef', '', '$(reboot)'])(
  'a malformed commit, %j, is refused before anything is asked of the host',
  async (rev) => {
    const run = await deploy(box, { rev })
    expect(run).toMatchObject({ code: 1, outputs: { status: 'failed' } })
    expect(run.log).toMatch(/^::error::.*rev/m)
    expect(run.outputs['deploy-id']).toBeUndefined()
    expect(await hostState(box)).toEqual(before)
  },
)

describe('where another system is the default than the one that runs', () => {
  const units = { 'idle.service': idle }

  test('a commit older than the default is refused as a rewind, though newer than what runs', async () => {
    const between = await box.commit({ units, packages: ['between-1'] })
    const rev = await box.commit({ units, packages: ['newest-1'] })
    expect(await deploy(box, { rev, mode: 'boot' })).toMatchObject({ outputs: { status: 'scheduled' } })
    before = await hostState(box)
    expect(await answerTo(between)).toEqual(
      refused(/^(?!not shown)Rewind: .*older than that of the default system/),
    )
  })

  test('a commit older than what runs is refused as a rewind, though newer than the default', async () => {
    const between = await box.commit({ units, packages: ['between-2'] })
    const rev = await box.commit({ units, packages: ['newest-2'] })
    expect(await deploy(box, { rev, mode: 'test' })).toMatchObject({ outputs: { status: 'deployed' } })
    before = await hostState(box)
    expect(await answerTo(between)).toEqual(
      refused(/^(?!not shown)Rewind: .*older than that of the running system/),
    )
  })
})
