/** Repositories and those who use them. */
import {
  NOT_FOUND,
  NOTHING,
  found,
  listed,
  refused,
  sizeOf,
  type Answered,
  type Asked,
  type Operations,
} from './asked.ts'
import { commitOf } from './gitshapes.ts'
import { rulesFor } from './rules.ts'
import { activity, branch, rule, wholeRepository } from './repositoryshapes.ts'
import { authenticated, user } from './shapes.ts'
import { isBot, notAllowed } from './tokens.ts'

const DAYS: Readonly<Record<string, number>> = { day: 1, week: 7, month: 31, quarter: 92, year: 366 }
const DAY_MS = 86_400_000

export const REPOSITORIES: Operations = {
  'repos/get': {
    permission: undefined,
    answer: ({ state, place }) => found(wholeRepository(state, place)),
  },
  'repos/get-branch': {
    permission: 'contents: read',
    answer: ({ state, parameters, place }) => {
      const name = String(parameters['branch'])
      const tip = state.resolve(`refs/heads/${name}`)
      if (tip === undefined) return refused(404, 'Branch not found')
      return found(
        branch({ name, isProtected: rulesFor(state, name).length > 0 }, commitOf(tip, place), place),
      )
    },
  },
  'repos/get-branch-rules': {
    permission: undefined,
    answer: (asked) => {
      const rules = rulesFor(asked.state, String(asked.parameters['branch']))
      return listed(
        rules.filter(({ isClassic }) => !isClassic),
        asked,
        (one) => rule(one, asked.place),
      )
    },
  },
  'repos/list-activities': { permission: 'contents: read', answer: activities },
  'actions/create-workflow-dispatch': { permission: 'actions: write', answer: dispatch },
  'users/get-authenticated': {
    permission: undefined,
    answer: ({ token, login, place }) =>
      // What GitHub answers to the token of a job.
      login === ''
        ? refused(401, 'Requires authentication')
        : isBot(token)
          ? refused(403, notAllowed(token))
          : found(authenticated(login, place)),
  },
  'users/get-by-username': {
    permission: undefined,
    answer: ({ parameters, place }) => {
      const login = String(parameters['username'])
      return login === 'nobody' ? NOT_FOUND : found({ ...authenticated(login, place), ...user(login, place) })
    },
  },
}

/** The newest first; the pages are found by the link only. */
function activities(asked: Asked): Answered {
  const { state, parameters, place, address } = asked
  const { ref, activity_type: type, actor, time_period: period, after } = parameters
  const sinceMs = Date.parse(state.now()) - (DAYS[String(period)] ?? Infinity) * DAY_MS
  const all = state.activities
    .filter(
      (one) =>
        (ref === undefined || one.ref === ref || one.ref === `refs/heads/${ref}`) &&
        (type === undefined || one.activity_type === type) &&
        (actor === undefined || one.actor === actor) &&
        Date.parse(one.timestamp) >= sinceMs,
    )
    .toSorted((one, other) => Date.parse(one.timestamp) - Date.parse(other.timestamp) || one.id - other.id)
  const sorted = parameters['direction'] === 'asc' ? all : all.toReversed()
  const start = after === undefined ? 0 : sorted.findIndex(({ id }) => String(id) === after) + 1
  const page = sorted.slice(start, start + sizeOf(asked))
  const next = new URL(address, place.url)
  next.searchParams.set('after', String(page.at(-1)?.id))
  const hasMore = start + page.length < sorted.length
  const headers: Record<string, string> = hasMore ? { link: `<${next.href}>; rel="next"` } : {}
  return { ...found(page.map((one) => activity(one, place))), headers }
}

/** GitHub knows a workflow by its file on the default branch, and reads it on the branch in question. */
function dispatch({ state, parameters, body, login }: Asked): Answered {
  const workflow = String(parameters['workflow_id'])
  const ref = String(body['ref'])
  const path = `.github/workflows/${workflow}`
  const tip = state.resolve(ref)
  if (state.textAt(state.settings.defaultBranch, path) === undefined) return NOT_FOUND
  if (tip === undefined) return refused(422, `No ref found for: ${ref}`)
  if (state.textAt(tip.oid, path)?.includes('workflow_dispatch') !== true)
    return refused(422, "Workflow does not have 'workflow_dispatch' trigger")
  const inputs = (body['inputs'] as Record<string, unknown> | undefined) ?? {}
  state.dispatches.push({ workflow, ref, sha: tip.oid, inputs, by: login })
  return NOTHING
}
