import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { OpenAPIBackend, type Context, type Document, type Request } from 'openapi-backend'
import { NOT_FOUND, firstOf, refused, type Answered, type Operation } from './asked.ts'
import { answerGraphQL, type GraphQLAsked } from './graphql.ts'
import { OPERATIONS } from './operations.ts'
import type { RepositoryState } from './repository.ts'
import type { Place } from './shapes.ts'
import type { GitHubState } from './state.ts'
import { NOBODY, lacking, may, sees, type Token } from './tokens.ts'

export interface World {
  readonly url: string
  readonly state: GitHubState
  readonly tokens: ReadonlyMap<string, Token>
  /** What does not fit GitHub's description. */
  readonly problems: string[]
}

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

type Values = Readonly<Record<string, string | number | undefined>>

interface ParsedRequest {
  readonly params: Values
  readonly query: Values
  readonly requestBody: Readonly<Record<string, unknown>> | undefined
}

/** Who asks, whom, and with which address. */
interface Asking {
  readonly world: World
  readonly token: Token
  readonly address: string
}

export type Api = (asked: Asked) => Promise<Answered>

const definition = JSON.parse(readFileSync(new URL('openapi.json', import.meta.url), 'utf8')) as Document
const GRAPHQL = /^(?:\/api)?\/graphql$/
const BAD_CREDENTIALS: Answered = refused(401, 'Bad credentials')
const UNAUTHENTICATED: Answered = refused(401, 'Requires authentication')

const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/,
  uri: (text: string) => URL.canParse(text),
  email: /@/,
  int64: true as const,
  'repo.nwo': /^[^/]+\/[^/]+$/,
}

let backend: Promise<OpenAPIBackend> | undefined

/** Answers requests as OPERATIONS say, and holds both against the description. */
export async function apiOf(world: World): Promise<Api> {
  // Reading the description takes its time: all GitHubs of a process share it.
  const api = await (backend ??= backendOf())
  return async (asked) => {
    const token = tokenOf(world, asked)
    if (token === undefined) return BAD_CREDENTIALS
    if (GRAPHQL.test(asked.url) && token === NOBODY) return UNAUTHENTICATED
    if (GRAPHQL.test(asked.url)) return graphqlOf(world, token, asked)
    const asking: Asking = { world, token, address: asked.url }
    return (await api.handleRequest(requestOf(world.state, asked), asking)) as Answered
  }
}

function tokenOf({ tokens }: World, { headers: { authorization } }: Asked): Token | undefined {
  return authorization === undefined ? NOBODY : tokens.get(authorization.replace(/^(?:token|bearer) /i, ''))
}

type Handler = (context: Context, asking: Asking) => Answered

async function backendOf(): Promise<OpenAPIBackend> {
  const operations = Object.entries(OPERATIONS).map(([name, operation]): [string, Handler] => [
    name,
    (context, asking) => answerOf(operation, context, asking),
  ])
  const handlers: Record<string, Handler> = {
    ...Object.fromEntries(operations),
    validationFail: ({ request, validation }, { world }) => {
      world.problems.push(`${request.method} ${request.path}: ${JSON.stringify(validation.errors)}`)
      return refused(422, 'Validation Failed')
    },
    notFound: ({ request }, { world }) => {
      world.problems.push(`${request.method} ${request.path}: no such operation`)
      return NOT_FOUND
    },
    postResponseHandler: (context, { world }) => checked(world, context),
  }
  const ajvOpts = { formats: FORMATS }
  const api = new OpenAPIBackend({ definition, quick: true, coerceTypes: true, ajvOpts })
  api.register(handlers)
  await api.init()
  // The list never changes, and its router would make it twice for each request.
  const listed = api.router.getOperations()
  api.router.getOperations = () => listed
  return api
}

async function graphqlOf(world: World, token: Token, { body }: Asked): Promise<Answered> {
  const { problem, ...answered } = await answerGraphQL(JSON.parse(body) as GraphQLAsked, { ...world, token })
  if (problem !== undefined) world.problems.push(`GraphQL: ${problem}`)
  return answered
}

function answerOf(operation: Operation, context: Context, { world, token, address }: Asking): Answered {
  const { params, query, requestBody: body = {} } = context.request as ParsedRequest
  const parameters = { ...decoded(params), ...query }
  const wanted = `${parameters['owner']}/${parameters['repo']}`
  const found = 'owner' in params ? world.state.find(wanted) : { repository: world.state, isMoved: false }
  if (found === undefined) return NOT_FOUND
  const { repository: state, isMoved } = found
  const place = placeOf(world.url, state.refs.size === 0 ? wanted : state.name)
  if (isMoved) return movedTo(state, { place, address })
  const asked = { state, github: world.state, place, parameters, body, login: token.login, token, address }
  return refusalOf({ world, state, token }, operation.permission) ?? operation.answer(asked)
}

function placeOf(url: string, name: string): Place {
  const [owner = '', repo = ''] = name.split('/')
  return { url, owner, repo }
}

function decoded(params: Values): Values {
  const entries = Object.entries(params)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? decodeURIComponent(value) : value]),
  )
}

interface Door {
  readonly world: World
  readonly state: RepositoryState
  readonly token: Token
}

/** `undefined` = come in. Anybody reads what is public; only on the one that is worked on a token's permissions count. */
function refusalOf({ world, state, token }: Door, permission = ''): Answered | undefined {
  const isAnybody = token === NOBODY
  const isWorkedOn = state === world.state && !isAnybody
  const isHome = isWorkedOn || token.repositories?.includes(state.name) === true
  const isWrite = permission.includes('write')
  return firstOf(
    [!sees(token, state, isWorkedOn), NOT_FOUND],
    [isAnybody && isWrite, UNAUTHENTICATED],
    [isHome ? !mayAny(token, permission) : isWrite, lacking(token, permission)],
    [isWrite && state.settings.isArchived, refused(403, 'Repository was archived so is read-only.')],
  )
}

function mayAny(token: Token, permission: string): boolean {
  return permission === '' || may(token, permission)
}

function movedTo({ id }: RepositoryState, { place, address }: { place: Place; address: string }): Answered {
  const rest = address.replace(/^(?:\/api\/v3)?\/repos\/[^/?]+\/[^/?]+/, '')
  const url = `${place.url}/repositories/${id}${rest}`
  return { status: 301, data: { message: 'Moved Permanently', url }, headers: { location: url } }
}

/** Refusals come as they come: the description has but some of them. */
function checked({ problems }: World, { api, operation, response }: Context): Answered {
  const answered = response as Answered
  if (answered.status >= 300 || answered.status === 204) return answered
  const { errors } = api.validateResponse(answered.data, operation, answered.status)
  if (errors) problems.push(`answer of ${operation.operationId ?? '?'}: ${JSON.stringify(errors)}`)
  return answered
}

/** Slashes may stand as they are in what comes last in these. */
const REST =
  /^(\/repos\/[^/]+\/[^/]+\/(?:contents|compare|branches|rules\/branches|git\/(?:ref|refs|matching-refs)))\/(.+)$/

function requestOf(state: GitHubState, { method, url, headers, body }: Asked): Request {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const path = pathname
    .replace(/^\/api\/v3(?=\/)/, '')
    .replace(/^\/repositories\/(\d+)/, (_, id) => `/repos/${state.withId(Number(id))?.name ?? 'no/such'}`)
    .replace(/\/contents\/?$/, '/contents/%2E')
    .replace(REST, (_, start: string, rest: string) => `${start}/${rest.replaceAll('/', '%2F')}`)
  return {
    method,
    path,
    query: Object.fromEntries(searchParams),
    headers: headers as Request['headers'],
    ...(body === '' ? {} : { body: JSON.parse(body) as object }),
  }
}
