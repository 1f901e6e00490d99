import { formatDuration } from '../shared/duration.ts'
import type { CheckRun } from './checkruns.ts'
import { newestOf } from './checkruns.ts'
import type { Problem, Step, Waiting } from './civerdict.ts'
import { EVALUATION } from './garnixverdict.ts'
import { logTail } from './logtail.ts'
import { nearMisses } from '../shared/nearmiss.ts'

export interface Told {
  readonly message: string
  readonly hint: string | undefined
  /** The end of what the build said, foreign text; `''` if it said nothing. */
  readonly log: string
}

export interface Scene {
  readonly provider: 'garnix' | 'checks'
  readonly sha: string
  readonly discoveryMs: number
  /** `false`: GitHub does not know the commit. */
  readonly knowsCommit: boolean
  /** Runs and statuses that there are. */
  readonly existing: readonly CheckRun[]
  /** What else was in the way. */
  readonly trouble: string | undefined
}

const STEPS: Readonly<Record<Step, string>> = {
  discovery: 'not there yet',
  evaluation: `not there before '${EVALUATION}' has succeeded`,
  confirmation: 'not there yet, though it should be',
  check: 'running',
}

/** One sentence. */
export function waitingWords({ steps }: Waiting, seen: readonly CheckRun[]): string {
  const parts = [...steps].map(([name, step]) => {
    const url = step === 'check' ? newestOf(seen.filter((run) => run.name === name))?.url : undefined
    return `'${name}' is ${STEPS[step]}${url === undefined ? '' : ` (${url})`}`
  })
  return `Waiting: ${parts.join(', ')}.`
}

/** For a build that seems to be forgotten. */
export function silenceWords(run: CheckRun, ms: number): string {
  return (
    `'${run.name}' has said nothing new for ${formatDuration(ms)}${at(run)}. An instance that was restarted forgets ` +
    'its builds: if this one is not slow but dead, run the check again.'
  )
}

export function problemWords(problem: Problem, scene: Scene): Told {
  switch (problem.kind) {
    case 'evaluation':
      return evaluationWords(problem.run, scene)
    case 'check':
      return checkWords(problem.run, scene)
    case 'absent':
      return absentWords(problem.names, scene)
    case 'undiscovered':
      return undiscoveredWords(problem.names, scene)
    case 'ambiguous':
      return {
        message: `${problem.apps.length} Apps have checks of Garnix's names: ${problem.apps.join(', ')}.`,
        hint: "Which of them is the instance? Give its name as 'app-slug'.",
        log: '',
      }
    case 'refused':
      return { message: problem.error.message, hint: problem.error.hint, log: '' }
  }
}

function evaluationWords(run: CheckRun, { sha }: Scene): Told {
  return {
    message: `Garnix could not evaluate ${short(sha)}: '${run.name}' ended with '${run.word}'${at(run)}.`,
    hint: 'Nothing is built before the whole flake evaluates; what it says is in the log above.',
    log: logTail(run.text),
  }
}

function checkWords(run: CheckRun, { sha }: Scene): Told {
  return {
    message: `'${run.name}' of ${short(sha)} ended with '${run.word}'${at(run)}.`,
    hint: HINTS.get(run.word),
    log: logTail(run.text),
  }
}

const HINTS = new Map([
  ['skipped', 'It was not run, so nothing was built: something it depends on has failed.'],
  ['stale', 'GitHub gave up waiting for it after 14 days; run it again.'],
  ['cancelled', 'Somebody canceled it; run it again.'],
  ['timed_out', 'It took longer than its CI lets a build take.'],
])

function absentWords(names: readonly string[], scene: Scene): Told {
  return {
    message: `Garnix has evaluated ${short(scene.sha)} and makes no check ${listed(names)}.`,
    hint: [
      suggestion(names, scene.existing),
      "The name is misspelled, or garnix.yaml does not build it: see its 'include', 'exclude' and 'branch'.",
      inventory(scene.existing),
    ]
      .filter((part) => part !== '')
      .join(' '),
    log: '',
  }
}

function undiscoveredWords(names: readonly string[], scene: Scene): Told {
  const what = scene.provider === 'garnix' ? 'check' : 'check or status'
  const reason = scene.knowsCommit ? REASONS[scene.provider] : 'GitHub knows no such commit: was it pushed?'
  return {
    message: `No ${what} ${listed(names)} appeared for ${short(scene.sha)} within ${formatDuration(scene.discoveryMs)}.`,
    hint: [suggestion(names, scene.existing), reason, inventory(scene.existing), scene.trouble ?? '']
      .filter((part) => part !== '')
      .join(' '),
    log: '',
  }
}

const REASONS = {
  garnix:
    'Garnix builds the newest commit of each push to a branch, or of a pull request, where its App may see the ' +
    'repository and flake.nix or garnix.yaml is at its root; not one that only a tag was pushed for.',
  checks: "The names in 'check-names' are compared exactly.",
}

function suggestion(names: readonly string[], existing: readonly CheckRun[]): string {
  const near = names.flatMap((name) =>
    nearMisses(
      name,
      existing.map((run) => run.name),
    ),
  )
  return near.length === 0 ? '' : `Did you mean ${listed([...new Set(near)], ' or ')}?`
}

const MAX_LISTED = 30

function inventory(existing: readonly CheckRun[]): string {
  const names = [...new Set(existing.map(({ name }) => name))]
  if (names.length === 0) return 'The commit has no checks at all.'
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : ''
  return `The commit has ${listed(names.slice(0, MAX_LISTED))}${more}.`
}

function listed(names: readonly string[], separator = ', '): string {
  return names.map((name) => `'${name.slice(0, 200)}'`).join(separator)
}

function at({ url }: CheckRun): string {
  return url === undefined ? '' : ` (${url})`
}

function short(sha: string): string {
  return sha.slice(0, 12)
}
