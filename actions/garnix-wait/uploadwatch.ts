/** Looks, while a built closure is waited for, whether it is one of the cases that waiting does not mend. */
import { ActionError } from '../shared/errors.ts'
import { closureOf, missesOf } from './closure.ts'
import { diagnose } from './diagnosis.ts'
import type { PathSearch } from './pathsearch.ts'
import type { Diagnosis } from './seen.ts'
import type { Talk } from './talk.ts'
import type { Wait } from './waiting.ts'

/** After the first look: uploads take their time. */
const PAUSE_MS = 30_000

/** Waiting will not help. */
export class AbandonedWait extends ActionError {
  override readonly name = 'AbandonedWait'
  readonly diagnoses: readonly Diagnosis[]

  constructor(diagnoses: readonly Diagnosis[]) {
    super(diagnoses.map(({ words }) => words).join(' '))
    this.diagnoses = diagnoses
  }
}

interface Means {
  readonly search: PathSearch
  readonly talk: Talk
}

/** Never resolves. Rejects with `AbandonedWait`, or the signal's reason. */
export async function watchUploads(wait: Wait, means: Means, signal: AbortSignal): Promise<never> {
  const { clock } = wait.world
  const quiet = { paths: 0, sinceMs: clock.now() }
  for (;;) {
    // The first one as soon as the CI is done.
    await wait.pause(PAUSE_MS, signal)
    if (wait.builtForMs === undefined) continue
    await lookAround(wait, means, signal)
    const paths = wait.closure.found.size
    if (paths > quiet.paths) Object.assign(quiet, { paths, sinceMs: clock.now() })
    const quietMs = Math.min(wait.builtForMs, clock.now() - quiet.sinceMs)
    const final = diagnosesOf(wait, quietMs).filter(({ isFinal }) => isFinal)
    if (final.length > 0) throw new AbandonedWait(final)
  }
}

async function lookAround(wait: Wait, { search, talk }: Means, signal: AbortSignal): Promise<void> {
  if (wait.inputs.provider === 'garnix') {
    await talk.ask(signal)
    await talk.readLogs(signal)
  }
  await search.ask({ isDearToo: false, signal })
  for (const words of search.disagreements()) wait.warn(words)
}

/** Of all targets together, each said once; most of them are about instances of Garnix. */
export function diagnosesOf(wait: Wait, quietMs: number | undefined): readonly Diagnosis[] {
  const all = wait.closures.flatMap(({ target: { name }, closure }) => {
    const missing = missesOf(closure)
    if (missing.length === 0) return []
    return diagnose({
      configuration: name,
      missing,
      found: closureOf(closure),
      caches: wait.inputs.caches,
      text: wait.textOf(name)?.text ?? '',
      commit: wait.commit,
      quietMs,
    })
  })
  const those = wait.inputs.provider === 'garnix' ? all : all.filter(({ kind }) => kind === 'untrusted')
  return [...new Map(those.map((one) => [one.words, one])).values()]
}
