import { ActionError } from '../shared/errors.ts'
import { objectIn, textIn, type Json } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import type { Reference, Upstream, UpstreamOf } from './facts.ts'
import { placeOf, type Place } from './links.ts'

/** One query is to stay a cheap one. */
const MAX_REPOSITORIES = 100

/** What the server's own GitHub says of these, in one question. What it does not answer is unknown. */
export async function upstreamsOf(
  references: readonly Reference[],
  { ask, serverUrl }: { readonly ask: Ask; readonly serverUrl: string },
): Promise<UpstreamOf> {
  const { host } = new URL(serverUrl)
  const placeHere = (reference: Reference): Place | undefined => {
    const place = placeOf(reference, serverUrl)
    return place?.forge === 'github' && place.host === host ? place : undefined
  }
  const places = new Map(references.flatMap((reference) => entryOf(placeHere(reference))))
  const told = await toldBy([...places.values()].slice(0, MAX_REPOSITORIES), ask)
  return (reference) => {
    const [key = ''] = entryOf(placeHere(reference))[0] ?? []
    return told.get(key)
  }
}

function entryOf(place: Place | undefined): readonly (readonly [string, Place])[] {
  return place === undefined ? [] : [[`${place.owner}/${place.repo}`.toLowerCase(), place]]
}

async function toldBy(places: readonly Place[], ask: Ask): Promise<ReadonlyMap<string, Upstream>> {
  const answers = places.length === 0 ? {} : await answered(places, ask)
  const told = places.map(
    (place, at) => [`${place.owner}/${place.repo}`.toLowerCase(), answers[`r${at}`]] as const,
  )
  return new Map(told.flatMap(([key, answer]) => upstreamIn(answer).map((upstream) => [key, upstream])))
}

/** A repository that is gone makes an error of its own; the others are there beside it. */
async function answered(places: readonly Place[], ask: Ask): Promise<Json> {
  const names = places.map((_, at) => `$o${at}: String!, $r${at}: String!`).join(', ')
  const fields = places.map(
    (_, at) => `r${at}: repository(owner: $o${at}, name: $r${at}) { isArchived nameWithOwner }`,
  )
  const variables = Object.fromEntries(
    places.flatMap(({ owner, repo }, at) => [
      [`o${at}`, owner],
      [`r${at}`, repo],
    ]),
  )
  try {
    const { data } = await ask('POST /graphql', {
      query: `query (${names}) { ${fields.join(' ')} }`,
      variables,
    })
    return objectIn(objectIn(data)?.['data']) ?? {}
  } catch (error) {
    if (error instanceof ActionError) return {}
    throw error
  }
}

function upstreamIn(answer: unknown): readonly Upstream[] {
  const repository = objectIn(answer) ?? {}
  const [isArchived, name] = [repository['isArchived'], textIn(repository['nameWithOwner'])]
  return typeof isArchived === 'boolean' && name !== '' ? [{ isArchived, name }] : []
}
