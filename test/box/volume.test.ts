// A build that says two hundred megabytes, half of them in one line; and one that says more than the host keeps.
import { expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import { deploy, hostEvents, startDeploy } from './deploying.ts'
import type { HostEvent } from './deploying.ts'
import { NoiseHeard, noisyBuild, watchHostPeaks, watchPeak } from './volume.ts'

jest.setTimeout(300_000)

const MB = 1_000_000

test('of two hundred megabytes nothing is lost, and nobody keeps them in memory', async () => {
  await using box = await bootBox()
  const hostPeaks = await watchHostPeaks(box)
  const noise = { lines: 100_000, longLine: 100 * MB }
  const rev = await box.commit({ build: noisyBuild(noise) })
  const heard = new NoiseHeard()
  const step = startDeploy(box, { rev, timeout: '15m' }, { keepsLog: false, onOutput: heard.hear })
  const peak = watchPeak(step.pid)
  const { code, outputs } = await step.finished
  expect({ code, status: outputs['status'] }).toEqual({ code: 0, status: 'deployed' })
  expect({ lines: heard.lines, longLine: heard.longLine }).toEqual(noise)
  expect(heard.unexpected).toEqual([])
  expect(heard.others.filter((line) => line.includes('no text'))).toEqual([
    expect.stringMatching(/> no text: [\uFFFD\\xa-f\d ]+$/),
  ])
  expect(peak.mib()).toBeLessThan(150)
  const peaks = await hostPeaks()
  expect(Object.keys(peaks).sort()).toEqual(['vps-deploy', 'vps-deploy-intake', 'vps-deploy-worker'])
  expect(Object.entries(peaks).filter(([, mib]) => mib >= 50)).toEqual([])
})

test('beyond maxLogBytes the log has one warning with a count, and all other events', async () => {
  await using box = await bootBox()
  const command = ['python3', '-c', splitWriter]
  const config = { maxLogBytes: 100_000, healthChecks: [{ name: 'split', command, timeoutSeconds: 10 }] }
  const first = await deploy(box, { rev: await box.commit({ config }) })
  expect(first.log.split('\n')).toContain('whole: € 🦊, halves: \\xe2\\x82 \\xf0\\x9f, none: \\xff')
  const rev = await box.commit({ config, build: noisyBuild({ lines: 1000, longLine: MB }) })
  const run = await deploy(box, { rev })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed' } })
  const events = await hostEvents(box, run.outputs['deploy-id'])
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place))
  const [warning, ...more] = events.filter(({ type }) => type === 'warning')
  expect(warning).toMatchObject({ dropped: expect.any(Number), text: expect.stringContaining('maxLogBytes') })
  expect(more).toEqual([])
  expect(run.log).toContain(`(${String(warning?.['dropped'])} dropped)`)
  const kept = events.filter(({ type }) => type === 'log').map(({ text = '' }) => Buffer.byteLength(text))
  expect(kept.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(100_000)
  const quiet = await hostEvents(box, first.outputs['deploy-id'])
  expect(kinds(events)).toEqual(kinds(quiet))
})

/** Characters cut by the edge of a write, halves of such that nothing follows, and a byte that is none. */
const splitWriter = `
import os, time
for part in (b"whole: \\xe2", b"\\x82", b"\\xac \\xf0\\x9f", b"\\xa6\\x8a, halves: \\xe2\\x82", b" \\xf0\\x9f, none: \\xff\\n"):
    os.write(1, part)
    time.sleep(0.05)
`

/** What happened, in order, the log and what is said of it aside. */
function kinds(events: readonly HostEvent[]): string[] {
  const others = events.filter(({ type }) => type !== 'log' && type !== 'warning')
  return others.map(({ type, name = '', state = '' }) => `${type} ${name} ${state}`)
}
