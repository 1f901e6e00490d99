import { knownPlaceOf, listed, ownRootInputs, type AdviceWords, type OwnInput } from './advicewords.ts'
import type { FlakeUpdate } from './facts.ts'

/** What another flake, one of those before it, has of the same branch at another revision. */
export function divergingIn(update: FlakeUpdate, others: readonly FlakeUpdate[]): AdviceWords | undefined {
  const elsewhere = others.flatMap((other) =>
    ownRootInputs(other).map((input) => ({ flake: other.flake, input })),
  )
  const diverging = ownRootInputs(update).flatMap((input) => {
    const other = elsewhere.find((one) => isOtherRevOfSame(input, one.input))
    return other === undefined
      ? []
      : [`${input.path} is ${shortRev(input)} here and ${shortRev(other.input)} in '${other.flake}'`]
  })
  if (diverging.length === 0) return undefined
  return {
    words: `Flakes of this repository have other revisions of the same branch: ${listed(diverging)}.`,
    lines: [],
  }
}

function isOtherRevOfSame(a: OwnInput, b: OwnInput): boolean {
  const branch = branchOf(a)
  return branch !== undefined && branch === branchOf(b) && a.locked.rev !== b.locked.rev
}

/** `undefined` for what has no revs, or is pinned to one. */
function branchOf({ locked, original: { rev, ref } }: OwnInput): string | undefined {
  const web = knownPlaceOf(locked)?.web.toLowerCase()
  if (web === undefined || locked.rev === undefined || rev !== undefined) return undefined
  return JSON.stringify([web, ref])
}

function shortRev({ locked }: OwnInput): string {
  return `${locked.rev}`.slice(0, 8)
}
