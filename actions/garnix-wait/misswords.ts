/** What is missing, in words; log and summary show the same. */
import type { Miss, Reason, ReasonKind } from './closure.ts'
import { nameOf, type StorePath } from './storepath.ts'

/** `etc ← nixos-system-vps-26.05`: what needs it first, the root last; `''` for a root. */
export function chainWords({ neededBy }: Miss): string {
  const names = neededBy.toReversed().map((path: StorePath) => nameOf(path))
  const shown = names.length <= MAX_CHAIN ? names : [...names.slice(0, HALF), '…', ...names.slice(-HALF)]
  return shown.join(' ← ')
}

/** Closures are rarely deeper; one that a hostile cache makes up may be. */
const MAX_CHAIN = 12
const HALF = MAX_CHAIN / 2

const KINDS: Readonly<Record<ReasonKind, string>> = {
  absent: 'does not have it',
  denied: 'refuses the credentials',
  untrusted: 'has it, but signed by none of the keys',
  unusable: 'says nothing usable about it',
  unreachable: 'cannot be asked',
}

/** `does not have it (HTTP 404)`. */
export function reasonWords({ kind, words }: Reason): string {
  return words === '' ? KINDS[kind] : `${KINDS[kind]} (${words})`
}
