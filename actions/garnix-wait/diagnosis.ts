/**
 * Why paths are missing though the build has succeeded, as far as it can be told from outside, and what helps. What is
 * wrong with a cache as a whole is told where that is asked.
 */
import type { Diagnosis, Seen } from './seen.ts'
import { isNowhere, notUploaded, tooLarge } from './uploads.ts'

const NIXOS = 'cache.nixos.org'

/** Everything that fits, what cannot heal first. */
export function diagnose(seen: Seen): readonly Diagnosis[] {
  const all = [tooLarge, hidden, untrusted, withoutNixos, notUploaded]
    .map((rule) => rule(seen))
    .filter((diagnosis) => diagnosis !== undefined)
  return [...all.filter(({ isFinal }) => isFinal), ...all.filter(({ isFinal }) => !isFinal)]
}

/** A cache of garnix answers "not found" to whoever may not read a path. */
function hidden({ caches, found, commit }: Seen): Diagnosis | undefined {
  const cache = caches.find(
    ({ url }, at) => hostOf(url) !== NIXOS && !found.some((path) => path.cache === at),
  )
  if (commit === undefined || commit.isPublic || cache === undefined) return undefined
  const advice = `'netrc' needs \`machine ${hostOf(cache.url)} login NAME password TOKEN\`, a GitHub login and one of its access tokens of scope 'cache' on the instance.`
  const isAnonymous = cache.authorization === undefined
  return {
    kind: 'no-access',
    isFinal: false,
    words: `${commit.repository} is private, and ${cache.url} shows nothing of it ${isAnonymous ? 'without a login' : 'to this login'}.`,
    advice: isAnonymous
      ? advice
      : `${advice} Once refused, a login is refused for an hour, whatever it may read by then.`,
  }
}

function untrusted({ missing }: Seen): Diagnosis | undefined {
  const [reason] = missing.flatMap(({ reasons }) => reasons.filter(({ kind }) => kind === 'untrusted'))
  if (reason === undefined) return undefined
  return {
    kind: 'untrusted',
    isFinal: false,
    words: `${reason.cache} has paths that are signed by none of the keys in 'caches'.`,
    advice:
      "If that cache is to be trusted, its public key belongs behind its address, and into the server's 'trusted-public-keys'; without it the server builds these paths itself.",
  }
}

/** Only if an instance uploads at all: it is the rest that is missing then. */
function withoutNixos({ caches, found, missing }: Seen): Diagnosis | undefined {
  if (found.length === 0 || !missing.some(isNowhere) || caches.some(({ url }) => hostOf(url) === NIXOS))
    return undefined
  return {
    kind: 'no-nixos-cache',
    isFinal: false,
    words: `An instance uploads nothing that ${NIXOS} has, and 'caches' does not name that one.`,
    advice: `Put https://${NIXOS} into 'caches' if the server asks it too; otherwise the server builds what is missing.`,
  }
}

function hostOf(url: string): string {
  return new URL(url).hostname
}
