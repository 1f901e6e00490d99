/** GraphQL as GitHub would take it: checked against its own schema, and run by the reference implementation. */
import { schema as described } from '@octokit/graphql-schema'
import { buildSchema, graphql, type GraphQLSchema } from 'graphql'
import type { Answered } from './operations.ts'

export interface GraphQLAsked {
  /** Who asks. */
  readonly login: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>> | undefined
}

let schema: GraphQLSchema | undefined

/** `problem`: what does not fit the schema, either in the question or in this answer. */
export async function answerGraphQL(
  asked: GraphQLAsked,
): Promise<Answered & { problem: string | undefined }> {
  // Version 15.26.1 of it names two fields twice.
  schema ??= buildSchema(described.idl, { assumeValidSDL: true })
  const { query, variables, login } = asked
  const data = await graphql({ schema, source: query, variableValues: variables, rootValue: rootFor(login) })
  return { status: 200, data, problem: data.errors?.map(({ message }) => message).join(', ') }
}

/** A new field or mutation is a function here. */
function rootFor(login: string) {
  return { viewer: () => ({ login }) }
}
