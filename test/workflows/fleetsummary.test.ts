import { expect, test } from '@jest/globals'
import { summaryOf } from '../../.github/actions/fleet-summary/summary.ts'
import { reading } from '../support/fakes.ts'
import { summarized } from './list.ts'

const SHA = 'ffac537e6cbbf934b08745a378932722df287a53'
const NAMES = JSON.stringify({ canary: ['a'], '1': ['b', 'c'], '2': [], '3': ['d'], '4': [] })
const GOOD = { names: NAMES, sha: SHA, plan: 'success', wait: 'success', record: 'skipped' }

test('one table has every stage with hosts, those that were not started included', async () => {
  const stages = { canary: 'success', 'stage-1': 'failure', 'stage-2': 'skipped', 'stage-3': 'skipped' }
  const { code, summary } = await summarized({ ...GOOD, ...stages, 'stage-4': 'skipped' })
  expect(code).toBe(0)
  expect(summary).toBe(
    [
      `### Fleet to <code>${SHA}</code>`,
      '',
      '| stage | hosts | result |',
      '| --- | --- | --- |',
      '| canary | <code>a</code> | 🟢 every host is deployed |',
      '| 1 | <code>b</code> <code>c</code> | 🔴 at least one host is not; the others were finished, and no later stage was started |',
      '| 3 | <code>d</code> | ⚪ not started |',
      '',
    ].join('\n'),
  )
})

test.each([
  [{ plan: 'failure', names: '' }, 'the list of hosts was refused'],
  [{ wait: 'failure' }, 'the wait for the CI and the caches'],
  [{ record: 'cancelled' }, 'could not be recorded'],
])('says that no host was touched where %j, and why', (results, reason) => {
  const summary = summaryOf(reading({ ...GOOD, ...results }))
  expect(summary).toMatch(new RegExp(`^No host was touched: .*${reason}`, 'm'))
})

test('shows twenty names of a stage and counts the rest', () => {
  const names = JSON.stringify({ canary: Array.from({ length: 256 }, (_, at) => `web-${at}`) })
  const summary = summaryOf(reading({ ...GOOD, names, canary: 'cancelled' }))
  expect(summary).toContain('<code>web-19</code> and 236 more | 🟠 canceled')
})
