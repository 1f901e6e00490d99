import { objectIn, parseObject, textIn, type Json } from '../shared/json.ts'
import type { Proposed, State } from './facts.ts'

const MARKER = '<!-- nix-vps update-flake-pr '

const LINE_START = new RegExp(`^${MARKER}`, 'm')

/** A body has room for other things; of several hundred inputs the last ones are forgotten. */
const MAX_PROPOSED_BYTES = 12_000

/** One line that no reader sees. Encoded, so that no name can end it. */
export function stateComment({ version, head, digest, proposed, isUndone }: State): string {
  let leftBytes = MAX_PROPOSED_BYTES
  const kept = proposed.filter((one) => {
    leftBytes -= Buffer.byteLength(JSON.stringify(one)) + 1
    return leftBytes >= 0
  })
  const json = JSON.stringify({ version, head, digest, proposed: kept, isUndone })
  return `${MARKER}${Buffer.from(json).toString('base64url')} -->`
}

/** What the first such comment of a body says; anybody may have written it, so anything unexpected makes it none. */
export function stateIn(body: string): State | undefined {
  const fields = fieldsIn(body)
  const head = textIn(fields['head'])
  const digest = textIn(fields['digest'])
  const proposed = allProposed(fields['proposed'])
  const isWhole = fields['version'] === 1 && REVISION.test(head) && DIGEST.test(digest)
  if (!isWhole || proposed === undefined) return undefined
  const undone = fields['isUndone'] === true ? { isUndone: true as const } : {}
  return { version: 1, head, digest, proposed, ...undone }
}

const REVISION = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const DIGEST = /^[0-9a-f]{64}$/

function fieldsIn(body: string): Json {
  // Within a line it may be part of somebody's name.
  const [, rest = ''] = body.split(LINE_START, 2)
  const [, encoded = ''] = /^([\w-]+) -->/.exec(rest) ?? []
  return parseObject(Buffer.from(encoded, 'base64url').toString()) ?? {}
}

function allProposed(value: unknown): readonly Proposed[] | undefined {
  if (!Array.isArray(value)) return undefined
  const proposed = value.map(proposedIn)
  return proposed.every((one) => one !== undefined) ? proposed : undefined
}

function proposedIn(value: unknown): Proposed | undefined {
  const fields = objectIn(value) ?? {}
  const [flake, input, rev] = [textIn(fields['flake']), textIn(fields['input']), textIn(fields['rev'])]
  return [flake, input, rev].includes('') ? undefined : { flake, input, rev }
}
