// Disks that are full, or become so while a deploy is under way: each ends as promised, in words a person understands.
import { expect, jest, test } from '@jest/globals'
import { alike } from './alike.ts'
import { bootBox, service } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import { deploy, endOf, hostEvents, hostState, idle, mustDeploy } from './deploying.ts'
import type { ActionRun } from '../support/run-action.ts'

jest.setTimeout(240_000)

const state = '/var/lib/vps-deploy'
const config = { allowVolatileState: true }
const base: SystemSpec = { units: { 'idle.service': idle }, config }
const fillState = 'dd if=/dev/zero of=/mnt/small/fill bs=4k 2>/dev/null || true'

const withBase = alike(async () => {
  const box = await bootBox()
  await mustDeploy(box, base)
  return box
})

/** A box whose state directory is a small disk of its own. */
async function withSmallState(): Promise<Box> {
  const box = await withBase()
  await box.must(`mkdir /mnt/small && mount -t tmpfs -o size=8m tmpfs /mnt/small && mkdir /mnt/small/state
    mount --bind /mnt/small/state ${state}`)
  return box
}

/** What the step says in its one red line. */
function errorOf({ log }: ActionRun): string {
  return /^::error::(.*)$/m.exec(log)?.[1] ?? ''
}

test.concurrent('no room for the state of a deploy: it is not accepted', async () => {
  await using box = await withSmallState()
  const before = await hostState(box)
  await box.must(fillState)
  const run = await deploy(box, { rev: await box.commit({ ...base, packages: ['one-1'] }) })
  expect(errorOf(run)).toMatch(/No space left on device/)
  expect(await endOf(box, run)).toMatchObject({ code: 1, status: 'failed', host: before, leftovers: '' })
  await box.must('rm /mnt/small/fill')
  const again = await deploy(box, { rev: await box.must('git -C /srv/repo.git rev-parse main') })
  expect(await endOf(box, again)).toMatchObject({ code: 0, status: 'deployed', leftovers: '' })
})

test.concurrent(
  'the state directory is full while a build speaks: nothing is changed, and it says why',
  async () => {
    await using box = await withSmallState()
    const before = await hostState(box)
    const build = `echo before; ${fillState}; sleep 0.3; seq 200000`
    const run = await deploy(box, { rev: await box.commit({ ...base, build }) })
    expect(errorOf(run)).toMatch(/No space left on device/)
    expect(await endOf(box, run)).toMatchObject({
      code: 1,
      status: 'failed',
      exitCode: 70,
      host: before,
      leftovers: '',
    })
    const events = await hostEvents(box, run.outputs['deploy-id'])
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place))
    expect(run.log).toMatch(/^::warning::.*no room on disk for \d+ log events/im)
  },
)

test.concurrent(
  'a new system that fills the state directory to the last byte is rolled back all the same',
  async () => {
    await using box = await withSmallState()
    const before = await hostState(box)
    const units = { ...base.units, 'broken.service': service('exit 1') }
    const run = await deploy(box, { rev: await box.commit({ ...base, units, activation: fillState }) })
    expect(run.outputs['status']).toBe('rolled-back')
    expect(await endOf(box, run)).toMatchObject({ code: 1, exitCode: 81, host: before, leftovers: '' })
  },
)

test.concurrent(
  'a state directory that is full when it comes to the decision does not keep it from being made',
  async () => {
    await using box = await withSmallState()
    const check = { name: 'fills', command: ['sh', '-c', fillState], timeoutSeconds: 10 }
    const spec = { ...base, config: { ...config, healthChecks: [check] } }
    const run = await deploy(box, { rev: await box.commit(spec) })
    expect(await endOf(box, run)).toMatchObject({ code: 0, status: 'deployed', leftovers: '' })
    expect(await box.must(`cat ${state}/deploys/${run.outputs['deploy-id'] ?? ''}/decision`)).toBe(
      'commit confirm',
    )
  },
)

/** The store and all else below /nix on a disk of its own. */
const smallNix = (
  options: string,
): string => `mkdir -p /mnt/nix && mount -t tmpfs -o ${options} tmpfs /mnt/nix
  mkdir /mnt/nix/upper /mnt/nix/work
  mount -t overlay -o lowerdir=/nix,upperdir=/mnt/nix/upper,workdir=/mnt/nix/work overlay /nix`

test.concurrent('no room in /nix for what is built: nothing is changed', async () => {
  await using box = await withBase()
  const before = await hostState(box)
  await box.must(smallNix('size=100m'))
  const build = 'dd if=/dev/zero of=$out/large bs=1M count=200'
  const run = await deploy(box, { rev: await box.commit({ ...base, build }) })
  expect(errorOf(run)).toMatch(/No space left on device/)
  expect(await endOf(box, run)).toMatchObject({
    code: 1,
    status: 'failed',
    exitCode: 69,
    host: before,
    leftovers: '',
  })
})

test.concurrent('no room in /nix for a generation: rolled back, the profile is as it was', async () => {
  await using box = await withBase()
  const before = await hostState(box)
  await box.must(smallNix('size=200m,nr_inodes=4000'))
  const activation = `mkdir /mnt/nix/fill; cd /mnt/nix/fill
    python3 -c 'for number in range(9999): open(str(number), "w")' 2>/dev/null || true`
  const run = await deploy(box, { rev: await box.commit({ ...base, activation }) })
  expect(errorOf(run)).toMatch(/No space left on device/)
  expect(await endOf(box, run)).toMatchObject({
    code: 1,
    status: 'rolled-back',
    exitCode: 84,
    host: before,
    leftovers: '',
  })
})

test.concurrent('no room in /boot for an entry: rolled back, and the old entry boots', async () => {
  await using box = await withBase()
  const before = await hostState(box)
  const entries = await box.must('cd /boot/loader && head -50 loader.conf entries/*')
  await box.must(`cp -r /boot /mnt/boot && mount -t tmpfs -o size=64k tmpfs /boot && cp -r /mnt/boot/. /boot
    { dd if=/dev/zero of=/boot/fill bs=4k 2>/dev/null || true; }`)
  const run = await deploy(box, { rev: await box.commit({ ...base, packages: ['one-1'] }) })
  // What the loader's installer leaves when it fails is its own.
  await box.must('rm -f /boot/loader/loader.conf.tmp')
  expect(errorOf(run)).toMatch(/boot entry could not be written/)
  expect(await endOf(box, run)).toMatchObject({
    code: 1,
    status: 'rolled-back',
    exitCode: 84,
    host: before,
    leftovers: '',
  })
  expect(await box.must('cd /boot/loader && head -50 loader.conf entries/*')).toBe(entries)
})
