/** Many runs that record at the same moment, at fake time: each request takes GitHub a while. */
import { expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { PatientClock } from '../support/patientclock.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { pathNamed } from './given.ts'
import { NotesScene } from './notesscene.ts'
import { commitsOfNotes, fannedOut, lineFor, pushNotes, REF, seeded } from './recordscene.ts'

let github: FakeGitHub
let sha: string
withSharedGitHub((shared) => {
  github = shared
  sha = seeded(shared)
})

const PATH = pathNamed('a', 'nixos-system-vps')

function recordedBy(names: readonly string[]): Promise<readonly (boolean | Error)[]> {
  const clock = new PatientClock()
  const runs = names.map((configuration, lot) =>
    new NotesScene({ clock, lot, latencyMs: 200 }).record([{ configuration, path: PATH }], { sha }),
  )
  return Promise.all(runs)
}

function linesOfNote(): readonly string[] {
  return github.state.textAt(REF, fannedOut(sha))?.trim().split('\n').toSorted() ?? []
}

test.each([
  ['in an empty place', []],
  ['beside others', ['hello']],
])(
  'twenty-four runs, each another configuration, lose no line: %s',
  async (_, others) => {
    if (others.length > 0) pushNotes(github, { [sha]: `${others.join('\n')}\n` })
    const names = Array.from({ length: 24 }, (_, at) => `host-${at}`)
    expect(new Set(await recordedBy(names))).toEqual(new Set([true]))
    expect(linesOfNote()).toEqual([...names.map((name) => lineFor(PATH, name)), ...others].toSorted())
    expect(commitsOfNotes(github)).toBe(24 + others.length)
    // All jobs of a repository share a thousand requests an hour.
    expect(github.counted()).toBeLessThan(800)
  },
  60_000,
)

test('the same line of several runs is written once', async () => {
  expect(await recordedBy(['vps', 'vps', 'vps', 'vps'])).toContain(true)
  expect(linesOfNote()).toEqual([lineFor(PATH, 'vps')])
  expect(commitsOfNotes(github)).toBe(1)
})
