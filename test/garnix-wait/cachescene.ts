/** `waitForClosure` at fake time, with caches that say what a test wants. */
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import { type Until, waitForClosure } from '../../actions/garnix-wait/cachewait.ts'
import { newClosure } from '../../actions/garnix-wait/closure.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import type { FetchAnswer, FetchOptions } from '../../actions/shared/ports.ts'
import { narInfoText, storePath } from '../support/binarycache.ts'
import { FakeClock, RecordingLog, countingRandom } from '../support/fakes.ts'

export const [ROOT, A, B, C] = ['root', 'a', 'b', 'c'].map(storePath) as [
  StorePath,
  StorePath,
  StorePath,
  StorePath,
]
export const NEEDS = new Map([
  [ROOT, [A, B, C]],
  [A, []],
  [B, []],
  [C, []],
])
export const INFO = 'StoreDir: /nix/store\n'
export const ONE = 'https://one.example.org'
export const TWO = 'https://two.example.org'
export type Say = Partial<FetchAnswer> | Error
export const noName = new ActionError(`getaddrinfo ENOTFOUND.`, {
  cause: Object.assign(new Error(), { code: 'ENOTFOUND' }),
})

/** Caches by their addresses: what they say to a path below them; 404 where they do not know. */
export function scene(
  says: Record<string, (path: string, seconds: number) => Say | undefined | Promise<Say>>,
) {
  const clock = new FakeClock()
  const log = new RecordingLog()
  const asked: { url: string; seconds: number; options: FetchOptions }[] = []
  const fetch = async (url: string, options: FetchOptions) => {
    const seconds = clock.now() / 1_000
    asked.push({ url, seconds, options })
    const [base = '', path = ''] = /^(.*)\/([^/]+)$/.exec(url)?.slice(1) ?? []
    const say = (await says[base]?.(path, seconds)) ?? { status: 404 }
    if (say instanceof Error) throw say
    return { status: 200, headers: {}, body: '', ...say }
  }
  const giveUp = new AbortController()
  const wait = (until: Partial<Until & { limitMs: number; logins: boolean }> = {}) => {
    const logins = until.logins === true ? [{ machine: '', login: 'me', password: 'secret' }] : []
    const rules = {
      caches: Object.keys(says).map((url) => parseCache(url, logins)),
      requireSignatures: false,
    }
    const closure = newClosure([ROOT])
    const deadline = deadlineIn(clock, until.limitMs ?? 60_000)
    const world = { fetch, clock, log, random: countingRandom() }
    return waitForClosure(closure, { rules, world }, { deadline, signal: giveUp.signal, ...until })
  }
  return { wait, asked, log, clock, giveUp }
}

/** A cache that has its nix-cache-info, and each of these from that second on. */
export function having(since: ReadonlyMap<StorePath, number>, info: Say = { body: INFO }) {
  return (path: string, seconds: number): Say | undefined => {
    if (path === 'nix-cache-info') return info
    const found = [...since].find(([one]) => path === `${one.slice(11, 43)}.narinfo`)
    if (found === undefined || found[1] > seconds) return undefined
    return { body: narInfoText({ path: found[0], references: NEEDS.get(found[0]) ?? [] }) }
  }
}
export const all = new Map([ROOT, A, B, C].map((path) => [path, 0]))
