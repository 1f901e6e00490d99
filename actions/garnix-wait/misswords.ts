/** What is missing, in words; log and summary show the same. */
import type { Miss } from './closure.ts'
import { nameOf } from './storepath.ts'

/** `etc ← nixos-system-vps-26.05`: what needs it first, the root last; `''` for a root. */
export function chainWords({ neededBy }: Miss): string {
  const names = neededBy.toReversed().map(nameOf)
  const shown = names.length <= MAX_CHAIN ? names : [...names.slice(0, HALF), '…', ...names.slice(-HALF)]
  return shown.join(' ← ')
}

/** Closures are rarely deeper; one that a hostile cache makes up may be. */
const MAX_CHAIN = 12
const HALF = MAX_CHAIN / 2
