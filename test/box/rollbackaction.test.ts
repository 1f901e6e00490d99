/** Going back by hand with `mode: rollback`, and a host that does not allow it. */
import { expect, jest, test } from '@jest/globals'
import { suiteBox } from './asking.ts'
import type { SystemSpec } from './box.ts'
import { deploy, endOf, hostEvents, hostState, mustDeploy, wordsOf } from './deploying.ts'

jest.setTimeout(120_000)

const allowed: SystemSpec = { config: { settleSeconds: 0, allowRollback: true } }

const box = suiteBox()
const revOf = () => box().must('git -C /srv/repo.git rev-parse main')

test('a step with mode rollback takes the host back to what the last deploy replaced, and says which commit that is', async () => {
  const first = await mustDeploy(box(), { ...allowed, packages: ['rollback-a-1'] })
  const firstRev = await revOf()
  const second = await mustDeploy(box(), { ...allowed, packages: ['rollback-b-1'] })
  const secondRev = await revOf()
  expect(second.running).not.toBe(first.running)

  const run = await deploy(box(), { mode: 'rollback', rev: secondRev })
  const { running, default: byDefault } = await hostState(box())
  expect({ running, byDefault }).toEqual({ running: first.running, byDefault: first.running })
  expect(await endOf(box(), run)).toMatchObject({ code: 0, status: 'deployed', exitCode: 0, leftovers: '' })
  expect(run.outputs).toMatchObject({
    rev: firstRev,
    system: first.running,
    'previous-system': second.running,
  })
  const summary = wordsOf(run.summary)
  expect(summary).toContain(`### ✅ Back on the system before: <code>${firstRev.slice(0, 12)}</code> on `)
  expect(`${summary}${run.log}`).not.toContain(secondRev.slice(0, 12))
  const events = await hostEvents(box(), run.outputs['deploy-id'])
  expect(events[0]).toMatchObject({ type: 'accepted', kind: 'rollback', rev: null, mode: 'switch' })
  expect(events.some(({ type }) => type === 'awaiting-confirm')).toBe(true)
  expect(events.at(-1)).toMatchObject({ type: 'result', kind: 'rollback', rev: firstRev })
})

test('where there is no system before, it is refused, and nothing of the deploy stays behind', async () => {
  const before = await mustDeploy(box(), { ...allowed, packages: ['rollback-d-1'] })
  // As after `nix-collect-garbage -d`, and without what the last deploy remembers.
  const older = '/nix/var/nix/profiles/system-*-link'
  await box().must(`mkdir /srv/older && mv /var/lib/vps-deploy/last-committed ${older} /srv/older`)
  await box().must('mv "/srv/older/$(readlink /nix/var/nix/profiles/system)" /nix/var/nix/profiles/')
  const run = await deploy(box(), { mode: 'rollback', rev: await revOf() })
  await box().must('mv /srv/older/system-* /nix/var/nix/profiles/ && mv /srv/older/* /var/lib/vps-deploy/')
  expect(await endOf(box(), run)).toMatchObject({ code: 1, status: 'refused', exitCode: 65, leftovers: '' })
  expect(run.log).toMatch(/was refused\. There is no system before .*#the-rollback-on--was-refused$/m)
  expect(await hostState(box())).toEqual(before)
})

test('a host without allowRollback refuses it, and the step says so', async () => {
  const before = await mustDeploy(box(), { packages: ['rollback-c-1'] })
  const run = await deploy(box(), { mode: 'rollback', rev: await revOf() })
  expect({ code: run.code, status: run.outputs['status'] }).toEqual({ code: 1, status: 'refused' })
  expect(run.log).toMatch(
    /The rollback on .* was refused\. .*allow them in its configuration \(allowRollback\)/,
  )
  expect(run.outputs['rev']).toBe('')
  expect(await hostState(box())).toEqual(before)
})
