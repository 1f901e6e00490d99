/** Whatever fails at whichever request: one sentence, and nothing half-done that is not said. */
import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import { textIn } from '../../actions/shared/json.ts'
import { publish } from '../../actions/update-flake-pr/publish.ts'
import type { Desired } from '../../actions/update-flake-pr/publishing.ts'
import { BRANCH, scenes, TOKENS, type Fault, type Question } from './publishscene.ts'

const scene = scenes()

const FAULTS: readonly Fault[] = [
  { status: 403 },
  { status: 404 },
  { status: 409 },
  { status: 422 },
  { status: 429 },
  { status: 500 },
  'cut',
  'hang',
]

const STORIES = [
  { kind: 'job', isThere: false },
  { kind: 'job', isThere: true },
  { kind: 'personal', isThere: false },
] as const

const OPTIONS: Partial<Desired['options']> = {
  labels: ['flake'],
  people: { assignees: ['alice'], reviewers: ['bob'], teamReviewers: [] },
  autoMerge: 'squash',
  dispatchWorkflows: ['ci.yml'],
}

/** The same question, whatever was found out until then. */
const nameOf = ({ route, parameters: { ref, query } }: Question) =>
  `${route} ${textIn(ref)} ${textIn(query).slice(0, 60)}`

interface Story {
  readonly kind: keyof typeof TOKENS
  readonly isThere: boolean
}

async function prepared(story: Story): Promise<Desired> {
  const { state } = scene.fresh()
  scene().token = TOKENS[story.kind]
  state.settings.mayAutoMerge = true
  state.addRule({ type: 'required_status_checks' })
  state.push('main', { files: { '.github/workflows/ci.yml': 'on: workflow_dispatch' } })
  if (story.isThere) await scene().publish()
  const files = [{ path: 'flake.lock', content: 'newer lock\n' }]
  const desired = { ...(await scene().desired({ files, options: OPTIONS })), open: await scene().open() }
  scene().anew(40_000)
  return desired
}

/** All that is said about what went wrong. */
async function saidOf(desired: Desired): Promise<readonly string[]> {
  try {
    const published = await publish(desired, scene().world)
    const kept = published.status === 'kept' ? [published.words] : []
    return [...published.problems.map(({ message }) => message), ...kept]
  } catch (error) {
    if (error instanceof ActionError) return [error.message]
    throw error
  }
}

/** No pull request closed, no branch without one that is not spoken of, and whatever is not done is said. */
function expectConsistent(said: readonly string[]): void {
  const { state } = scene()
  const words = [...said, ...scene().log.of('warning')].join('\n')
  expect(state.pulls.filter((pull) => pull.state !== 'open')).toEqual([])
  const left = scene()
    .branches()
    .filter((name) => name !== 'main' && !state.pulls.some(({ head }) => head === name))
  for (const name of left) expect(words).toContain(`Branch '${name}'`)
  if (said.length === 0) expect(state.textAt(BRANCH, 'flake.lock')).toBe('newer lock\n')
  for (const sentence of said) expect(sentence).toMatch(/^[A-Z].{20,800}\.$/s)
}

describe.each(STORIES)('with a token of kind $kind, and a pull request there already: $isThere', (story) => {
  test.each(FAULTS)('every request may fail with %j', async (fault) => {
    expect(await publish(await prepared(story), scene().world)).toMatchObject({ problems: [] })
    for (const question of new Set(scene().asked.map(nameOf))) {
      const desired = await prepared(story)
      scene().fault = (asked) => (nameOf(asked) === question ? fault : undefined)
      expectConsistent(await saidOf(desired))
    }
  })
})

test.each(['cut', { status: 500 }] as const)(
  'what is asked again may have failed once with %j',
  async (fault) => {
    const story = { kind: 'personal', isThere: true } as const
    await publish(await prepared(story), scene().world)
    const again = new Set(
      scene()
        .asked.filter(({ route }) => !route.startsWith('POST'))
        .map(nameOf),
    )
    for (const question of again) {
      const desired = await prepared(story)
      let times = 0
      scene().fault = (asked) => (nameOf(asked) === question && times++ === 0 ? fault : undefined)
      expect(await saidOf(desired)).toEqual([])
    }
  },
)

test('an answer that got lost is looked for', async () => {
  for (const kind of ['job', 'personal'] as const) {
    await publish(await prepared({ kind, isThere: false }), scene().world)
    const made = new Set(
      scene()
        .asked.map(nameOf)
        .filter((name) => /POST.*(?:\/git\/|\/pulls |CreateCommit)/.test(name)),
    )
    expect(made.size).toBe(4)
    for (const question of made) {
      const desired = await prepared({ kind, isThere: false })
      let times = 0
      scene().fault = (asked) => (nameOf(asked) === question && times++ === 0 ? 'cut' : undefined)
      expect(await saidOf(desired)).toEqual([])
      expect(scene().branches()).toEqual(['main', BRANCH])
    }
  }
})
