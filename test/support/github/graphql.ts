/** GraphQL as GitHub would take it: checked against its own schema, and run by the reference implementation. */
import { schema as described } from '@octokit/graphql-schema'
import { buildSchema, graphql, type GraphQLError, type GraphQLSchema } from 'graphql'
import type { Answered } from './asked.ts'
import { findRepository, repositoryField, viewerField } from './graphqlfields.ts'
import { MUTATIONS } from './graphqlmutations.ts'
import { GraphQLRefusal, type GraphQLWorld } from './graphqlworld.ts'

export interface GraphQLAsked {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>> | undefined
}

let schema: GraphQLSchema | undefined

/** `problem`: what does not fit the schema, either in the question or in this answer. */
export async function answerGraphQL(
  { query, variables }: GraphQLAsked,
  world: GraphQLWorld,
): Promise<Answered & { problem: string | undefined }> {
  // Version 15.26.1 of it names two fields twice.
  schema ??= buildSchema(described.idl, { assumeValidSDL: true })
  const rootValue = rootFor(world)
  const { data, errors = [] } = await graphql({ schema, source: query, variableValues: variables, rootValue })
  const problem = errors
    .filter(({ originalError }) => !(originalError instanceof GraphQLRefusal))
    .map(({ message }) => message)
    .join(', ')
  const told = errors.length === 0 ? {} : { errors: errors.map(errorOf) }
  return { status: 200, data: { data, ...told }, problem: problem === '' ? undefined : problem }
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
