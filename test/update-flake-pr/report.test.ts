import { describe, expect, test } from '@jest/globals'
import type { Outcome, Status } from '../../actions/update-flake-pr/outcome.ts'
import { badInputsSummary, summaryOf, type RunFacts } from '../../actions/update-flake-pr/report.ts'
import { DAY_S, flake, input, NOW_S, proposal, updated } from './bodyscene.ts'

const BRANCH = 'update-flake-lock'
const OUTCOME: Outcome = {
  ...{ status: 'created', words: 'Created #12.', branch: BRANCH, inputs: [], updates: [], problems: [] },
  ...{ number: 12, url: 'https://github.com/o/r/pull/12' },
}
const LINK = '<a href="https://github.com/o/r/pull/12">&#35;&#8203;12</a>'

function summaryWith(outcome: Partial<Outcome>, facts: Partial<RunFacts> = {}): string {
  const rest = { problems: [], serverUrl: 'https://github.com', isDryRun: false }
  return summaryOf({ outcomes: [{ ...OUTCOME, ...outcome }], ...rest, ...facts })
}

describe('the summary', () => {
  test('says of each pull request what came of it', () => {
    expect(summaryWith({})).toBe(
      `### ✅ Created: ${LINK}, branch <code>${BRANCH}</code>\n\nCreated &#35;&#8203;12.\n`,
    )
  })

  test.each<[Status, string]>([
    ['failed', '❌ Failed'],
    ['created', '✅ Created'],
    ['updated', '✅ Updated'],
    ['closed', '✅ Closed'],
    ['kept', '✅ Left as it is'],
    ['suppressed', '✅ Not proposed again'],
    ['unchanged', '✅ Unchanged'],
    ['up-to-date', '✅ Up to date'],
    ['dry-run', '✅ Dry run'],
  ])('titles %s: %s', (status, title) => {
    expect(summaryWith({ status }).startsWith(`### ${title}: `)).toBe(true)
  })

  test('names the branch alone where there is no pull request', () => {
    const { number, url, ...none } = OUTCOME
    const facts = { problems: [], serverUrl: 'https://github.com', isDryRun: false }
    const title = `### ✅ Created: <code>${BRANCH}</code>\n`
    expect(
      summaryOf({ ...facts, outcomes: [{ ...none, ...(number && { number }) }] }).startsWith(title),
    ).toBe(true)
    expect(summaryOf({ ...facts, outcomes: [{ ...none, ...(url && { url }) }] }).startsWith(title)).toBe(true)
  })

  test('is red where an input failed, or something was left undone', () => {
    const failed = flake([], { failed: [{ input: 'a', words: 'no.' }] })
    expect(summaryWith({ updates: [failed] })).toMatch(
      /^### ❌ Created: .*#### Could not be updated\n\n- <code>a<\/code>: no\.\n$/s,
    )
    expect(summaryWith({ problems: ['Label <x> was refused.'] })).toMatch(
      /^### ❌ Created: .*#### Left undone\n\n- Label &#60;x&#62; was refused\.\n$/s,
    )
  })

  test('has the tables, with ages where there is a proposal', () => {
    const updates = [flake([updated('nixpkgs'), updated('a/b')])]
    expect(summaryWith({ updates })).toMatch(
      /<code>nixpkgs<\/code>.* \| 12 days newer \| .*1 transitive input/s,
    )
    expect(summaryWith({ updates, proposal: proposal(updates) })).toContain(
      '| 12 days newer; now 3 days old |',
    )
  })

  test('has advice', () => {
    const old = input('old', { lastModified: NOW_S - 400 * DAY_S })
    const after = { version: 7, inputs: new Map([['old', old]]) }
    const updates = [flake([updated('nixpkgs')], { after })]
    expect(summaryWith({ updates, proposal: proposal(updates) })).toMatch(
      /#### Advice\n\n.*old \(400 days\)\.\n/,
    )
  })

  test('of a dry run says so, and shows what was not written', () => {
    const markdown = summaryWith({ status: 'dry-run', draft: 'Words\n```\n' }, { isDryRun: true })
    expect(markdown.startsWith('This was a dry run: nothing was written to GitHub.\n')).toBe(true)
    expect(markdown).toContain('#### What the pull request would say\n\n````markdown\nWords\n```\n````\n')
  })

  test('begins with what ended the run', () => {
    expect(summaryWith({}, { problems: ['GitHub <answered> 500.', 'Try again.'] })).toMatch(
      /^### ❌ Failed\n\nGitHub &#60;answered&#62; 500\.\n\nTry again\.\n\n### ✅ Created/,
    )
    expect(summaryWith({}, { problems: ['No.'], outcomes: [] })).toBe('### ❌ Failed\n\nNo.\n')
  })

  test('of a run without pull requests says that', () => {
    expect(summaryWith({}, { outcomes: [] })).toBe('### ✅ There was nothing to do\n')
  })
})

test('bad inputs are shown as they were told', () => {
  expect(badInputsSummary('2 bad inputs:\n- a.\n- b.')).toBe(
    '### ❌ Nothing was updated\n\n```\n2 bad inputs:\n- a.\n- b.\n```\n\n' +
      '[update-flake-pr: what this means, and what to do](https://github.com/toxx1220/nix-vps/blob/v1/actions/update-flake-pr/README.md#bad-input-)\n',
  )
})
