/** From the list of a fleet's hosts to its stages. Everything that is wrong with it is told at once. */
import { ActionError } from '../../../actions/shared/errors.ts'
import { choiceProblems, STAGES, type Stage } from './fields.ts'
import { type Host, type MatrixHost, parseHost } from './host.ts'

export interface Given {
  /** Lists as JSON, one after the other; those that are empty do not count. */
  readonly lists: readonly string[]
  readonly mode: string
  readonly record: string
  readonly hasKey: boolean
}

export interface Fleet {
  readonly stages: Readonly<Record<Stage, readonly MatrixHost[]>>
  readonly configurations: readonly string[]
}

/** https://docs.github.com/en/actions/reference/limits */
const MAX_MATRIX = 256
/**
 * The outputs of a job may have 1 MB, counted in UTF-16: 524,288 characters. The rest is for what GitHub adds.
 * https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/pass-job-outputs
 */
const MAX_CHARACTERS = 500_000

/** Throws one `ActionError` that names every bad host. */
export function fleetOf({ lists, mode, record, hasKey }: Given): Fleet {
  const given = lists.filter((text) => text.trim() !== '')
  if (given.length === 0) throw noList()
  const items = given.flatMap(itemsIn)
  const problems = [...choiceProblems({ mode, record })]
  const parsed = items.map((item, index) => parseHost(item, index + 1, problems))
  const good = parsed.filter((host) => host !== undefined)
  problems.push(...repeated(good, 'name'), ...repeated(good, 'lock'), ...crowded(good))
  if (!hasKey) problems.push(...keyless(good))
  if (problems.length > 0) throw bad(problems)

  const fleet = {
    stages: Object.fromEntries(STAGES.map((stage) => [stage, inStage(good, stage)])) as Fleet['stages'],
    configurations: [...new Set(good.map(({ configuration }) => configuration))],
  }
  const size = JSON.stringify(fleet).length
  if (size > MAX_CHARACTERS) throw tooLong(size, good.length)
  return fleet
}

function inStage(hosts: readonly Host[], wanted: Stage): readonly MatrixHost[] {
  return hosts.filter(({ stage }) => stage === wanted).map(({ matrix }) => matrix)
}

const HINT = `It looks like [{"name": "web-1", "host": "web-1.example.org", "host-fingerprint": "SHA256:…", "stage": "canary"}].`

function noList(): ActionError {
  return new ActionError('There is no list of hosts.', {
    hint: `Give it as the input 'hosts', or in the repository's variable FLEET_HOSTS. ${HINT}`,
  })
}

function itemsIn(text: string): readonly unknown[] {
  const list = parsedJson(text)
  if (!Array.isArray(list)) throw new ActionError('The list of hosts is JSON, but no list.', { hint: HINT })
  if (list.length === 0) throw new ActionError('The list of hosts is empty.', { hint: HINT })
  return list
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ActionError(`The list of hosts is not JSON: ${(cause as SyntaxError).message}.`, {
      hint: HINT,
      cause,
    })
  }
}

/** A machine that is in the list twice would be deployed to by two jobs, one of which GitHub cancels. */
function repeated(hosts: readonly Host[], field: 'name' | 'lock'): readonly string[] {
  const groups = Map.groupBy(hosts, (host) => host[field].toLowerCase())
  return [...groups.values()].flatMap((group) => {
    if (group.length === 1) return []
    if (field === 'name')
      return `${group.length} hosts have the name '${group[0]?.name ?? ''}'; names are for one host each.`
    const names = group.map(({ name }) => `'${name}'`).join(' and ')
    return `Hosts ${names} are one machine, ${group[0]?.lock ?? ''}; it may be in the list once.`
  })
}

function crowded(hosts: readonly Host[]): readonly string[] {
  const groups = Map.groupBy(hosts, ({ stage }) => stage)
  return [...groups].flatMap(([stage, { length }]) =>
    length <= MAX_MATRIX
      ? []
      : `Stage ${stage} has ${length} hosts, expected ${MAX_MATRIX} at most, which is what GitHub lets a job matrix have; move some to another stage.`,
  )
}

function keyless(hosts: readonly Host[]): readonly string[] {
  const without = hosts.filter(({ environment }) => environment === '')
  if (without.length === 0) return []
  return [
    `Secret DEPLOY_SSH_KEY is empty, and ${without.length} of the hosts name no 'environment' that could have one of its own. A workflow that calls this one passes it on, by 'secrets: inherit' within one owner, else by its name.`,
  ]
}

function bad(problems: readonly string[]): ActionError {
  const [first = '', ...others] = problems
  if (others.length === 0) return new ActionError(first)
  const list = problems.map((problem) => `- ${problem.replaceAll('\n', '\n  ')}`).join('\n')
  return new ActionError(`${problems.length} things are wrong with the list of hosts:\n${list}`)
}

function tooLong(size: number, count: number): ActionError {
  return new ActionError(
    `The stages take ${size} characters for ${count} hosts, expected ${MAX_CHARACTERS} at most, which is what GitHub lets a job hand on.`,
    { hint: "Give 'host-fingerprint' instead of 'known-hosts', or deploy the fleet in two workflows." },
  )
}
