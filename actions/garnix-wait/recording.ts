/** What a wait that has ended well records: see record.ts for how. */
import { deadlineIn } from '../shared/deadline.ts'
import { ActionError, messageOf } from '../shared/errors.ts'
import type { Patience } from '../shared/github.ts'
import { objectIn, textIn } from '../shared/json.ts'
import { refusalOf } from '../shared/refusal.ts'
import { recordWords, type RecordFacts } from './facts.ts'
import type { NotedClosure, Signer } from './notemerge.ts'
import { record } from './record.ts'
import type { Recording } from './recordinputs.ts'
import type { Wait } from './waiting.ts'
import type { World } from './world.ts'

/** A time of its own, in which GitHub may make one wait more than once: the closure is there, and it stays. */
const RECORD_MS = 600_000
const NAMESPACE = 'nixos-closures'
/** A secret that a job may not read is empty there, and nothing else tells. */
const UNSIGNED =
  "This run signs nothing, for 'record-key' is empty: hosts with recordedSigners do not take what it records, and on others whoever may push to any branch may become root. A secret of an environment is empty in a job that does not name the environment."

/** Of what is not on the default branch nothing is recorded: whoever may push anywhere could record anything. */
export async function checkRecordable(wait: Wait, signal: AbortSignal): Promise<void> {
  if (wait.inputs.recording === undefined) return
  const { sha } = wait.inputs
  const patience = patienceOf(wait, signal)
  const ask = (route: string, parameters: Parameters) => answered(wait, { route, parameters }, patience)
  const branch = textIn((await ask('GET /repos/{owner}/{repo}', {}))?.['default_branch'])
  // By its commit: a name alone could also be that of a tag, which whoever may push can make.
  const ref = await ask('GET /repos/{owner}/{repo}/git/ref/{ref}', { ref: `heads/${branch}` })
  const tip = textIn(objectIn(ref?.['object'])?.['sha'])
  // Of the commits and files between them one is enough: the status is wanted alone.
  const compared = { basehead: `${tip}...${sha}`, per_page: 1 }
  const status = textIn((await ask('GET /repos/{owner}/{repo}/compare/{basehead}', compared))?.['status'])
  if (status === 'identical' || status === 'behind') return
  throw new ActionError(
    `${sha} is not on the default branch, ${branch}: it is not recorded, nor waited for.`,
    {
      hint: "Set 'record' only where commits of that branch are built, such as on push to it.",
    },
  )
}

type Parameters = Readonly<Record<string, unknown>>

async function answered(
  { github, world: { repository } }: Wait,
  { route, parameters }: { readonly route: string; readonly parameters: Parameters },
  patience: Patience,
) {
  const answer = await github.client.ask({ route, parameters: { ...repository, ...parameters } }, patience)
  const what = `the default branch of ${repository.owner}/${repository.repo}`
  const refusal = refusalOf(answer, { what, permission: 'contents: read' })
  if (refusal !== undefined) throw refusal
  return objectIn(answer.data)
}

function patienceOf({ world }: Wait, signal: AbortSignal): Patience {
  return { deadline: deadlineIn(world.clock, RECORD_MS), signal }
}

/** Only for what can be fetched, whole and signed. `undefined` = nothing was to be recorded. */
export async function recordClosures(wait: Wait, signal: AbortSignal): Promise<RecordFacts | undefined> {
  const { recording, sha } = wait.inputs
  if (recording === undefined) return undefined
  const { world, github } = wait
  const closures = closuresOf(wait)
  const patience = patienceOf(wait, signal)
  const writer = {
    sha,
    isReplacing: recording.isReplacing,
    signer: signerOf(recording, sha, world),
    patience,
  }
  try {
    const isNew = await record(closures, writer, { ...world, client: github.client })
    const names = closures.map(({ configuration }) => configuration)
    const facts = { names, signer: recording.key?.fingerprint, isNew }
    world.log.info(recordWords(facts))
    if (recording.key === undefined) wait.warn(UNSIGNED)
    return facts
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    const hint = error.hint === undefined ? {} : { hint: error.hint }
    throw new ActionError(`The closure can be fetched, and could not be recorded: ${messageOf(error)}`, {
      ...{ cause: error, ...hint },
    })
  }
}

/** Each with the path that was walked. A note that led to it could get itself signed. */
function closuresOf({ inputs, search }: Wait): readonly NotedClosure[] {
  return inputs.targets.map(({ name }) => {
    const path = search?.path(name)
    if (path === undefined || search?.route(name) === 'the recorded note')
      throw new Error(`The path of ${name} is not one to record.`)
    return { configuration: name, path }
  })
}

function signerOf({ key }: Recording, sha: string, world: World): Signer | undefined {
  if (key === undefined) return undefined
  const url = repositoryUrl(world)
  return {
    sign: (closure) => key.sign(messageFor(closure, { url, sha }), NAMESPACE),
    hasSigned: (closure, signature) => key.hasSigned(messageFor(closure, { url, sha }), NAMESPACE, signature),
  }
}

function messageFor(
  { configuration, path }: NotedClosure,
  { url, sha }: { readonly url: string; readonly sha: string },
): string {
  return `${[url, sha, configuration, path].join('\n')}\n`
}

/** As hosts spell it out of whatever they fetch from. */
export function repositoryUrl({ serverUrl, repository }: Pick<World, 'serverUrl' | 'repository'>): string {
  const { protocol, host } = new URL(serverUrl)
  return `${protocol}//${host}/${repository.owner}/${repository.repo}`.toLowerCase().replace(/\.git$/, '')
}
