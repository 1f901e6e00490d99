// What a power cut or a hand can leave in the state directory.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { deploy, endOf, hostEvents, idle, leftovers, tearDown } from './deploying.ts'
import type { End } from './deploying.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(120_000)

let box: Box
let count = 0

beforeAll(async () => {
  box = await bootBox()
})

afterAll(async () => {
  await tearDown(box)
})

async function deployed(): Promise<{ id: string; end: End }> {
  const rev = await box.commit({ units: { 'idle.service': idle }, packages: [`round-${++count}`] })
  const run = await deploy(box, { rev })
  return { id: run.outputs['deploy-id'] ?? '', end: await endOf(box, run) }
}

test('an old deploy whose result cannot be read keeps no new one out', async () => {
  const { id } = await deployed()
  await box.must(`: >/var/lib/vps-deploy/deploys/${id}/result.json`)
  const rev = await box.commit({ units: { 'idle.service': idle }, packages: ['after-a-broken-one'] })
  expect((await deploy(box, { rev })).outputs['status']).toBe('deployed')
  // Kept for a person to look at; the only thing that is.
  await box.must(['rm', '-r', `/var/lib/vps-deploy/deploys/.broken-${id}`])
  expect(await leftovers(box)).toBe('')
})

test('a deploy whose last event went with the power gets it again, and what it left goes', async () => {
  const { id } = await deployed()
  const folder = `/var/lib/vps-deploy/deploys/${id}`
  await box.must(`sed -i '$d' ${folder}/events.ndjson && mkdir ${folder}/tools
    ln -s /run/current-system /nix/var/nix/gcroots/vps-deploy/${id}-system`)
  await box.pullPlug()
  await box.start()
  expect(await leftovers(box)).toBe('')
  expect((await hostEvents(box, id)).at(-1)).toMatchObject({ type: 'result', status: 'deployed' })
  expect((await askAnew(box, `attach ${id} 0`)).code).toBe(0)
})
