import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { OpenAPIBackend, type Context, type Document, type Request } from 'openapi-backend'
import { answerGraphQL, type GraphQLAsked } from './graphql.ts'
import { OPERATIONS, type Answered, type Operation } from './operations.ts'
import type { GitHubState } from './state.ts'

export interface Token {
  readonly login: string
  /** `undefined` = whatever there is. */
  readonly permissions?: readonly string[]
}

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

type Parameters = Readonly<Record<string, string | number | undefined>>

interface ParsedRequest {
  readonly params: Parameters
  readonly query: Parameters
  readonly requestBody: Readonly<Record<string, unknown>> | undefined
}

export type Api = (asked: Asked) => Promise<Answered>

const definition = JSON.parse(readFileSync(new URL('openapi.json', import.meta.url), 'utf8')) as Document
const GRAPHQL = '/graphql'
const ANYBODY: Token = { login: 'anybody' }

const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/,
  uri: (text: string) => URL.canParse(text),
  email: /@/,
  int64: true as const,
}

/** Answers requests as OPERATIONS say, and holds both against the description. */
export async function apiOf(world: World): Promise<Api> {
  const handlers = Object.entries(OPERATIONS).map(([name, operation]) => [
    name,
    (context: Context, token = ANYBODY) => answerOf(world, operation, { context, token }),
  ])
  const api = await new OpenAPIBackend({
    definition,
    quick: true,
    coerceTypes: true,
    ajvOpts: { formats: FORMATS },
    handlers: {
      ...(Object.fromEntries(handlers) as Record<string, (context: Context) => Answered>),
      validationFail: ({ request, validation }: Context): Answered => {
        world.problems.push(`${request.method} ${request.path}: ${JSON.stringify(validation.errors)}`)
        return { status: 422, data: { message: 'Validation Failed' } }
      },
      notFound: ({ request }: Context): Answered => {
        world.problems.push(`${request.method} ${request.path}: no such operation`)
        return { status: 404, data: { message: 'Not Found' } }
      },
      postResponseHandler: (context: Context): Answered => checked(world, context),
    },
  }).init()
  return async (asked) => {
    const token = world.tokens.get((asked.headers.authorization ?? '').replace(/^(?:token|bearer) /i, ''))
    if (token === undefined) return { status: 401, data: { message: 'Bad credentials' } }
    if (asked.url === GRAPHQL) return graphqlOf(world, token, asked)
    return (await api.handleRequest(requestOf(asked), token)) as Answered
  }
}

async function graphqlOf({ problems }: World, { login }: Token, { body }: Asked): Promise<Answered> {
  const { query, variables } = JSON.parse(body) as Omit<GraphQLAsked, 'login'>
  const { problem, ...answered } = await answerGraphQL({ login, query, variables })
  if (problem !== undefined) problems.push(`GraphQL: ${problem}`)
  return answered
}

function answerOf(
  { url, state }: World,
  { permission, answer }: Operation,
  { context, token }: { readonly context: Context; readonly token: Token },
): Answered {
  const request = context.request as ParsedRequest
  const parameters = { ...request.params, ...request.query }
  if (permission !== undefined && token.permissions?.some((one) => grants(one, permission)) === false)
    return { status: 403, data: { message: 'Resource not accessible by integration' } }
  const place = { url, owner: String(parameters['owner']), repo: String(parameters['repo']) }
  return answer({ state, place, parameters, body: request.requestBody ?? {}, login: token.login })
}

/** `write` includes `read`. */
function grants(has: string, wanted: string): boolean {
  return has === wanted || has.replace(/write$/, 'read') === wanted
}

/** Refusals come as they come: the description has but some of them. */
function checked({ problems }: World, { api, operation, response }: Context): Answered {
  const answered = response as Answered
  if (answered.status >= 400) return answered
  const { errors } = api.validateResponse(answered.data, operation, answered.status)
  if (errors) problems.push(`answer of ${operation.operationId ?? '?'}: ${JSON.stringify(errors)}`)
  return answered
}

function requestOf({ method, url, headers, body }: Asked): Request {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  return {
    method,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: headers as Request['headers'],
    ...(body === '' ? {} : { body: JSON.parse(body) as object }),
  }
}
