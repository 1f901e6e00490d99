/** Why paths are missing though the build has succeeded, as far as it can be told from outside, and what helps. */
import type { Diagnosis, Missing, Seen } from './seen.ts'
import { isNowhere, notUploaded, tooLarge } from './uploads.ts'

type Reason = Missing['reasons'][number]

/** Everything that fits, what cannot heal first. */
export function diagnose(seen: Seen): readonly Diagnosis[] {
  const all = [denied, tooLarge, hidden, untrusted, unreachable, withoutNixos, notUploaded]
    .map((rule) => rule(seen))
    .filter((diagnosis) => diagnosis !== undefined)
  return [...all.filter(({ isFinal }) => isFinal), ...all.filter(({ isFinal }) => !isFinal)]
}

const NETRC =
  "'netrc' needs `machine HOST login NAME password TOKEN` for it; garnix wants a GitHub login and an access token of scope 'cache'."

function denied(seen: Seen): Diagnosis | undefined {
  const reason = firstOf(seen, 'denied')
  if (reason === undefined) return undefined
  const words = `${reason.cache} refuses to answer: ${reason.words}`
  return { kind: 'no-access', isFinal: true, words: sentence(words), advice: NETRC }
}

/** A cache of garnix answers "not found" for whatever the asking one may not read. */
function hidden({ caches, commit }: Seen): Diagnosis | undefined {
  const empty = caches.find(({ url, found }) => found === 0 && !isNixos(url))
  if (commit === undefined || commit.isPublic || empty === undefined) return undefined
  return {
    kind: 'no-access',
    isFinal: false,
    words: `${commit.repository} is private, and ${empty.url} shows nothing of it ${empty.hasLogin ? 'to this login' : 'without a login'}.`,
    advice: empty.hasLogin
      ? `${NETRC} Once refused, a login is refused for up to an hour even if it may read by then.`
      : NETRC,
  }
}

function untrusted(seen: Seen): Diagnosis | undefined {
  const reason = firstOf(seen, 'untrusted')
  if (reason === undefined) return undefined
  return {
    kind: 'untrusted',
    isFinal: false,
    words: sentence(`${reason.cache} has paths whose signatures do not count: ${reason.words}`),
    advice:
      "If that cache is to be trusted, its public key belongs behind its address in 'caches' and into the server's `trusted-public-keys`; otherwise the server builds these paths itself.",
  }
}

function unreachable(seen: Seen): Diagnosis | undefined {
  const reason = firstOf(seen, 'unreachable')
  if (reason === undefined) return undefined
  return {
    kind: 'unreachable',
    isFinal: false,
    words: sentence(`${reason.cache} does not answer: ${reason.words}`),
    advice: 'What it has cannot be known; the server, which asks it as well, would wait for it too.',
  }
}

function withoutNixos({ caches, missing }: Seen): Diagnosis | undefined {
  const isAbsent = missing.some(isNowhere)
  const hasSome = caches.some(({ found }) => found > 0)
  if (!isAbsent || !hasSome || caches.some(({ url }) => isNixos(url))) return undefined
  return {
    kind: 'no-nixos-cache',
    isFinal: false,
    words: 'garnix uploads nothing that cache.nixos.org has, and that cache is not asked.',
    advice:
      "Put https://cache.nixos.org into 'caches' if the server asks it too; without it the server builds what is missing.",
  }
}

function isNixos(url: string): boolean {
  return URL.parse(url)?.hostname === 'cache.nixos.org'
}

function firstOf({ missing }: Seen, kind: Reason['kind']): Reason | undefined {
  return missing.flatMap(({ reasons }) => reasons).find((reason) => reason.kind === kind)
}

function sentence(words: string): string {
  return words.endsWith('.') ? words : `${words}.`
}
