/** GraphQL as GitHub would take it: checked against its own schema, and run by the reference implementation. */
import { schema as described } from '@octokit/graphql-schema'
import { buildSchema, execute, GraphQLError, Kind, parse, validate } from 'graphql'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { Answered } from './asked.ts'
import { findRepository, repositoryField, viewerField } from './graphqlfields.ts'
import { MUTATIONS } from './graphqlmutations.ts'
import { GraphQLRefusal, type GraphQLWorld } from './graphqlworld.ts'

export interface GraphQLAsked {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>> | undefined
}

let schema: GraphQLSchema | undefined

const NOTHING: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] }

interface Checked {
  readonly document: DocumentNode
  readonly errors: readonly GraphQLError[]
}

/** By their text: to check one against GitHub's 1,600 types takes longer than to answer it, and clients repeat theirs. */
const checkedQueries = new Map<string, Checked>()

function checked(known: GraphQLSchema, query: string): Checked {
  const before = checkedQueries.get(query)
  if (before !== undefined) return before
  const now = checkedAnew(known, query)
  checkedQueries.set(query, now)
  return now
}

function checkedAnew(known: GraphQLSchema, query: string): Checked {
  try {
    const document = parse(query)
    return { document, errors: validate(known, document) }
  } catch (error) {
    if (error instanceof GraphQLError) return { document: NOTHING, errors: [error] }
    throw error
  }
}

/** `problem`: what does not fit the schema, either in the question or in this answer. */
export async function answerGraphQL(
  { query, variables }: GraphQLAsked,
  world: GraphQLWorld,
): Promise<Answered & { problem: string | undefined }> {
  // Version 15.26.1 of it names two fields twice.
  schema ??= buildSchema(described.idl, { assumeValidSDL: true })
  const { data, errors = [] } = await answered(schema, { query, variables }, world)
  const problem = errors
    .filter(({ originalError }) => !(originalError instanceof GraphQLRefusal))
    .map(({ message }) => message)
    .join(', ')
  const told = errors.length === 0 ? {} : { errors: errors.map(errorOf) }
  return { status: 200, data: { data, ...told }, problem: problem === '' ? undefined : problem }
}

async function answered(known: GraphQLSchema, { query, variables }: GraphQLAsked, world: GraphQLWorld) {
  const { document, errors } = checked(known, query)
  if (errors.length > 0) return { data: undefined, errors }
  return execute({ schema: known, document, variableValues: variables, rootValue: rootFor(world) })
}

/** Of success too: the status is 200. */
function errorOf({ message, path, locations, originalError }: GraphQLError) {
  const type = originalError instanceof GraphQLRefusal ? { type: originalError.type } : {}
  return { ...type, path, locations, message }
}

/** A new field or mutation is a function here. */
function rootFor(world: GraphQLWorld) {
  const mutations = Object.entries(MUTATIONS).map(([name, mutation]) => [
    name,
    ({ input }: { readonly input: unknown }) => mutation(world, input),
  ])
  return {
    viewer: () => viewerField(world),
    repository: ({ owner, name }: { readonly owner: string; readonly name: string }) =>
      repositoryField(world, findRepository(world, `${owner}/${name}`)),
    ...(Object.fromEntries(mutations) as Record<string, () => unknown>),
  }
}
