/** Writes closures into the note of their commit. The ref is never forced: what others write meanwhile stays. */
import { backoffMs } from '../shared/backoff.ts'
import { ActionError } from '../shared/errors.ts'
import { GitHubUnavailable, type GitHubClient, type Patience } from '../shared/github.ts'
import { objectIn, textIn } from '../shared/json.ts'
import type { Clock, Log, Random } from '../shared/ports.ts'
import { refusalOf, saidIn } from '../shared/refusal.ts'
import { merged, type NotedClosure, type Writer } from './notemerge.ts'
import { checkBytes, GitHubNotes, NOTES, type FoundNote, type Repository } from './notes.ts'
import { isSha, pathFor } from './notetree.ts'

export interface RecordWorld {
  readonly client: Pick<GitHubClient, 'ask'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly repository: Repository
}

/** Somebody else was faster, or GitHub does not know yet what it was told a moment ago. */
class Outrun extends ActionError {
  override readonly name = 'Outrun'
}

/** Each try costs nine requests of the thousand an hour that all jobs share: many who meet had better spread out. */
const PAUSES = { baseMs: 16_000, capMs: 60_000 }

/**
 * Resolves to whether anything had to be written. All or nothing: where one closure is refused, none is recorded.
 * Whatever may pass is tried again until the deadline, and looked at before: its answer may be all that was lost.
 */
export async function record(
  closures: readonly NotedClosure[],
  writer: Writer & { readonly patience: Patience },
  world: RecordWorld,
): Promise<boolean> {
  const notes = new GitHubNotes(world.client, world.repository)
  let isTried = false
  for (let attempt = 1; ; attempt++) {
    try {
      const note = await notes.find(writer.sha, writer.patience)
      const text = merged(note.text, closures, writer)
      if (text === undefined) return isTried
      checkBytes(text.length, writer.sha)
      isTried = true
      await write({ note, text, closures, writer }, world)
      return true
    } catch (error) {
      await pauseAfter(error, { attempt, patience: writer.patience }, world)
    }
  }
}

/** Rethrows what does not pass, or not in time. */
async function pauseAfter(
  error: unknown,
  { attempt, patience }: { readonly attempt: number; readonly patience: Patience },
  { clock, random, log }: RecordWorld,
): Promise<void> {
  const pauseMs = backoffMs(attempt, PAUSES, random)
  const passes = error instanceof Outrun || error instanceof GitHubUnavailable
  if (!passes || pauseMs >= patience.deadline.remainingMs()) throw error
  log.info(`${error.message} The note is read again.`)
  await clock.sleep(pauseMs, patience.signal)
}

interface Writing {
  readonly note: FoundNote
  readonly text: string
  readonly closures: readonly NotedClosure[]
  readonly writer: Writer & { readonly patience: Patience }
}

async function write(writing: Writing, world: RecordWorld): Promise<void> {
  const { note, text, closures, writer } = writing
  const made = async (what: string, parameters: Parameters): Promise<string> => {
    const route = `POST /repos/{owner}/{repo}/git/${what}`
    return textIn(objectIn(await asked({ route, parameters, isAnswer: hasSha }, writing, world))?.['sha'])
  }
  // A text in a tree would have to be UTF-8, and what others wrote need not be.
  const content = Buffer.from(text, 'latin1').toString('base64')
  const blob = await made('blobs', { content, encoding: 'base64' })
  const tree = await made('trees', treeWith(blob, writing))
  const names = closures.map(({ configuration }) => configuration).join(', ')
  const message = `Record ${names} of ${writer.sha}`
  const commit = await made('commits', { message, tree, parents: note.tip === undefined ? [] : [note.tip] })
  await asked(note.tip === undefined ? creating(commit) : moving(commit), writing, world)
}

type Parameters = Readonly<Record<string, unknown>>

/** The note as one file, wherever it was. */
function treeWith(blob: string, { note, writer }: Writing): Parameters {
  const path = pathFor(writer.sha)
  const file = { mode: '100644', type: 'blob' }
  const gone = note.paths
    .filter((other) => other !== path)
    .map((other) => ({ ...file, path: other, sha: null }))
  const tree = [{ ...file, path, sha: blob }, ...gone]
  return note.tree === undefined ? { tree } : { base_tree: note.tree, tree }
}

interface Asking {
  readonly route: string
  readonly parameters: Parameters
  readonly isAnswer?: (data: unknown) => boolean
}

function creating(commit: string): Asking {
  return { route: 'POST /repos/{owner}/{repo}/git/refs', parameters: { ref: `refs/${NOTES}`, sha: commit } }
}

function moving(commit: string): Asking {
  const route = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}'
  return { route, parameters: { ref: NOTES, sha: commit, force: false } }
}

function hasSha(data: unknown): boolean {
  return isSha(objectIn(data)?.['sha'])
}

/** What a successful answer holds. Nothing is done twice where it is not known whether it was done once. */
async function asked(
  { parameters, ...rest }: Asking,
  { writer: { patience } }: Writing,
  { client, repository }: RecordWorld,
): Promise<unknown> {
  const question = { ...rest, parameters: { ...repository, ...parameters }, isOnce: true }
  const answer = await client.ask(question, patience)
  const what = `the notes of ${repository.owner}/${repository.repo}`
  const refusal = refusalOf(answer, { what, permission: 'contents: write' })
  if (refusal === undefined) return answer.data
  const said = saidIn(answer.data)
  if (answer.status === 422 && /\brules?\b|protected/i.test(said))
    throw new ActionError(refusal.message, {
      hint: `A rule of the repository keeps this token from writing refs/${NOTES}: leave that ref out of the rule, or give an App's token that may pass it.`,
    })
  if (answer.status === 422 || answer.status === 409) throw new Outrun(refusal.message)
  throw refusal
}
