import { urlLine } from './advicenix.ts'
import { knownPlaceOf, ownRootInputs, type AdviceWords, type OwnInput } from './advicewords.ts'
import type { FlakeUpdate, UpstreamOf } from './facts.ts'
import { forgeUrl } from './flakeurl.ts'

export function archivedIn(update: FlakeUpdate, upstreamOf: UpstreamOf): AdviceWords | undefined {
  const archived = ownRootInputs(update).flatMap(({ path, locked }) => {
    const upstream = upstreamOf(locked)
    return upstream?.isArchived === true ? [`${path} (${upstream.name})`] : []
  })
  if (archived.length === 0) return undefined
  return { words: `Archived by their owners, so nothing new will come: ${archived.join(', ')}.`, lines: [] }
}

export function renamedIn(update: FlakeUpdate, upstreamOf: UpstreamOf): AdviceWords | undefined {
  const renamed = ownRootInputs(update).flatMap((input) => {
    const place = knownPlaceOf(input.locked)
    const name = upstreamOf(input.locked)?.name
    if (place === undefined || name === undefined) return []
    return name.toLowerCase() === `${place.owner}/${place.repo}`.toLowerCase() ? [] : [{ input, name }]
  })
  if (renamed.length === 0) return undefined
  const names = renamed.map(({ input, name }) => `${input.path} is ${name} now`)
  return {
    words: `Renamed: ${names.join(', ')}. Whoever takes an old name decides what comes from it.`,
    lines: renamed.flatMap(({ input, name }) => lineFor(input, name) ?? []),
  }
}

function lineFor({ path, original }: OwnInput, name: string): string | undefined {
  const [owner, repo] = name.split('/')
  const url =
    original.type === 'github'
      ? forgeUrl({ ...original, owner, repo }, original.ref ?? original.rev)
      : undefined
  return url && urlLine(path, url)
}
