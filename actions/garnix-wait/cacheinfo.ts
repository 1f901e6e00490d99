/** What a cache says about itself in `nix-cache-info`, and what is wrong with one that gives nothing. */
import type { Fetch, FetchAnswer } from '../shared/ports.ts'
import { answerOrRefusal, authorizationOf, refusalIn, type Refusal } from './cacheanswer.ts'
import type { Cache } from './caches.ts'
import { missesOf, type Closure, type Reason } from './closure.ts'
import { STORE } from './storepath.ts'

/** Something about a whole cache that somebody has to know. */
export interface Trouble {
  /** The address of the cache. */
  readonly cache: string
  /** A sentence without its full stop; what to do is in it. */
  readonly words: string
  /** It does not pass by waiting. */
  readonly isFinal: boolean
}

/** `undefined` = it is as it should be. */
export type CacheInfo = Pick<Refusal, 'kind' | 'words'> & { readonly isFinal: boolean }

const MAX_BYTES = 64 * 1024

/** Rejects only with the signal's reason, or because of a bug. */
export async function askForCacheInfo(
  cache: Cache,
  fetch: Fetch,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<CacheInfo | undefined> {
  const options = { timeoutMs, maxBytes: MAX_BYTES, headers: authorizationOf(cache), signal }
  const answer = await answerOrRefusal(fetch(`${cache.url}/nix-cache-info`, options), signal)
  const refusal = 'kind' in answer ? answer : refusalIn(answer)
  if (refusal !== undefined)
    return { ...refusal, isFinal: refusal.isFinal === true || refusal.kind === 'denied' }
  return problemIn(answer as FetchAnswer)
}

function problemIn({ body }: FetchAnswer): CacheInfo | undefined {
  const [, store] = /^StoreDir: *(.*)$/m.exec(body) ?? []
  if (store === STORE) return undefined
  if (store !== undefined && /^\/[\w/.-]{1,200}$/.test(store))
    return { kind: 'unusable', words: `its store is ${store}, not ${STORE}`, isFinal: true }
  return { kind: 'unusable', words: 'its nix-cache-info is none', isFinal: false }
}

/** What is wrong with whole caches, as far as it shows. `infos`: what they said about themselves, by their places. */
export function troublesOf(
  closure: Closure,
  caches: readonly Cache[],
  infos: ReadonlyMap<number, CacheInfo>,
): readonly Trouble[] {
  const reasons = missesOf(closure).flatMap((miss) => miss.reasons)
  const givers = new Set([...closure.found.values()].map((facts) => facts.cache))
  return caches.flatMap((cache, at) => {
    const seen: Seen = {
      info: infos.get(at),
      gaveAny: givers.has(at),
      reasons: reasons.filter((reason) => reason.cache === cache.url),
    }
    const trouble = deniedTrouble(cache, seen) ?? infoTrouble(seen) ?? emptyTrouble(cache, seen)
    return trouble === undefined ? [] : [{ cache: cache.url, ...trouble }]
  })
}

interface Seen {
  readonly info: CacheInfo | undefined
  readonly gaveAny: boolean
  readonly reasons: readonly Reason[]
}

type Found = Omit<Trouble, 'cache'> | undefined

function deniedTrouble({ authorization }: Cache, { info, reasons }: Seen): Found {
  if (info?.kind !== 'denied' && !reasons.some(({ kind }) => kind === 'denied')) return undefined
  const words =
    authorization === undefined
      ? "it answers 401: it is private, and 'netrc' has no login for it"
      : "it answers 401: it does not accept the login in 'netrc'"
  return { words, isFinal: true }
}

function infoTrouble({ info }: Seen): Found {
  if (info === undefined || info.kind === 'absent') return undefined
  return { words: info.words, isFinal: info.isFinal }
}

/** Garnix answers 404 to whoever may not read a path, and remembers for an hour that he may not. */
function emptyTrouble(cache: Cache, { info, gaveAny, reasons }: Seen): Found {
  if (gaveAny || !reasons.some(({ kind }) => kind === 'absent')) return undefined
  const isEverything = info === undefined ? 'every path it was asked for' : 'everything'
  return { words: `it answers 404 to ${isEverything}: ${adviceFor(cache)}`, isFinal: false }
}

function adviceFor({ url, authorization }: Cache): string {
  if (url.startsWith('file:')) return 'is there a cache at all?'
  return authorization === undefined
    ? "a private cache does that to who may not read it; then it needs a login in 'netrc'"
    : "a private cache does that to who may not read it; may the login in 'netrc'? Garnix wants a token of scope 'cache', and notices new permissions only after an hour"
}
