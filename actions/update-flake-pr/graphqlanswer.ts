import { objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'
import { saidIn } from '../shared/refusal.ts'
import type { Ask } from './asking.ts'
import { carryOut, GitHubRefused, type Deed } from './pullwords.ts'

export interface Operation extends Deed {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** GraphQL says what went wrong in an answer of status 200. */
export async function graphql(ask: Ask, { query, variables = {}, ...deed }: Operation): Promise<Json> {
  const parameters = { query, variables }
  const answer = objectIn(await carryOut(ask, 'POST /graphql', { ...deed, parameters }))
  const errors = objectsIn(answer?.['errors'])
  const data = objectIn(answer?.['data'])
  const [first] = errors
  if (first === undefined && data !== undefined) return data
  throw new GitHubRefused({ code: textIn(first?.['type']) || 'GraphQL', said: saidIn({ errors }) }, deed)
}
