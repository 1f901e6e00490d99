import { parseWith, type Inputs as Reader } from '../shared/inputs.ts'
import type { ReadInput } from '../shared/ports.ts'
import { parseCache, type Cache } from './caches.ts'
import { parseNetrc, type Login } from './netrc.ts'
import { checkRecording, recordingIn, type Recording } from './recordinputs.ts'
import { parseNamedPaths, targetsOf, type Target } from './targets.ts'

/** The inputs whose values are masked before anything is logged; of `netrc` each password is. */
export const SECRET_INPUTS = ['token', 'instance-token', 'record-key'] as const

const PROVIDERS = ['garnix', 'checks', 'none'] as const
type Provider = (typeof PROVIDERS)[number]

export interface Instance {
  /** Without a slash at its end; `undefined` = found from a check run's link. */
  readonly url: string | undefined
  readonly credentials: { readonly login: string; readonly token: string } | undefined
}

export interface Inputs {
  /** At least one, but with `checks` and no caches there may be none. */
  readonly targets: readonly Target[]
  readonly sha: string
  readonly token: string
  readonly provider: Provider
  /** For `checks`: exact names. */
  readonly checkNames: readonly string[]
  readonly appSlug: string | undefined
  readonly instance: Instance
  readonly caches: readonly Cache[]
  readonly requireSignatures: boolean
  readonly limits: {
    readonly totalMs: number
    readonly discoveryMs: number
    readonly cacheMs: number
    readonly stallMs: number
  }
  readonly comment: boolean
  readonly pullRequest: number | undefined
  /** Whether targets without a store path of their own to compare with are compared with the closure recorded last. */
  readonly comparesPrevious: boolean
  /** `undefined` = nothing is recorded. */
  readonly recording: Recording | undefined
}

/** A job on a runner of one's own ends after five days. */
const MAX_SECONDS = 432_000
/** Stands for a store path in `compare-with`. */
const PREVIOUS = 'previous'
const SHA = { pattern: /^[0-9a-f]{40}$/, expected: '40 hex digits of a commit' }
/** What an attribute path may hold; garnix writes it into names of checks as it is. */
const NAME = /^[A-Za-z_][\w'.-]*$/

/** `event`: the name of the event that started the run. */
export function parseInputs(read: ReadInput, event: string): Inputs {
  return parseWith(read, (reader) => {
    const provider = reader.choice('provider', PROVIDERS)
    const inputs: Inputs = {
      targets: targetsIn(reader),
      sha: reader.matching('sha', SHA),
      token: reader.optional('token') ?? '',
      provider,
      checkNames: reader.lines('check-names'),
      appSlug: appSlugIn(reader),
      instance: instanceIn(reader),
      caches: cachesIn(reader),
      requireSignatures: reader.boolean('require-signatures'),
      limits: limitsIn(reader),
      comment: reader.boolean('comment'),
      pullRequest: pullRequestIn(reader),
      comparesPrevious: reader.lines('compare-with').includes(PREVIOUS),
      recording: recordingIn(reader, event),
    }
    checkProvider(reader, inputs)
    checkCaches(reader, inputs)
    checkKeys(reader, inputs)
    checkRecording(reader, inputs)
    return inputs
  })
}

function targetsIn(reader: Reader): readonly Target[] {
  const configurations = [...new Set(reader.lines('configurations'))]
  for (const name of configurations)
    if (!NAME.test(name)) reader.bad('configurations', name, 'a name in nixosConfigurations')
  const paths = (input: string, lines: readonly string[], names: readonly string[]) =>
    reader.attempt(input, () => parseNamedPaths(lines, names)) ?? new Map()
  const storePaths = paths("'store-paths'", reader.lines('store-paths'), configurations)
  const compareWith = paths(
    "'compare-with' takes 'previous' and store paths",
    reader.lines('compare-with').filter((line) => line !== PREVIOUS),
    configurations.length > 0 ? configurations : [...storePaths.keys()],
  )
  return targetsOf({ configurations, storePaths, compareWith })
}

function appSlugIn(reader: Reader): string | undefined {
  const slug = reader.optional('app-slug')
  if (slug === 'github-actions')
    reader.problem("'app-slug' is 'github-actions': runs of GitHub's own Actions are never those of Garnix")
  else if (slug !== undefined && !/^[a-z0-9-]+$/i.test(slug))
    reader.bad('app-slug', slug, "the last part of the App's address, github.com/apps/SLUG")
  return slug
}

function instanceIn(reader: Reader): Instance {
  const login = reader.optional('instance-login')
  const token = reader.optional('instance-token')
  if ((login === undefined) !== (token === undefined))
    reader.problem("'instance-login' and 'instance-token' go together: one of them is missing")
  return {
    url: instanceUrlIn(reader),
    credentials: login === undefined || token === undefined ? undefined : { login, token },
  }
}

function instanceUrlIn(reader: Reader): string | undefined {
  const url = reader.optional('instance-url')
  if (url === undefined) return undefined
  if (/[@?#]/.test(url))
    reader.problem(
      "'instance-url' holds more than an address: a login goes into 'instance-login' and 'instance-token'",
    )
  else if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    reader.bad('instance-url', url, 'an address that begins with https:// or http://')
  return url.replace(/\/+$/, '')
}

function cachesIn(reader: Reader): readonly Cache[] {
  const logins: readonly Login[] = reader.parsed('netrc', parseNetrc) ?? []
  const caches = reader
    .lines('caches')
    .flatMap((line) => reader.attempt("'caches'", () => parseCache(line, logins)) ?? [])
  const urls = caches.map(({ url }) => url)
  for (const url of new Set(urls.filter((one, at) => urls.indexOf(one) !== at)))
    reader.problem(`'caches' names ${url} twice`)
  return caches
}

function limitsIn(reader: Reader): Inputs['limits'] {
  const limit = (name: string) => reader.duration(name, { min: 1, max: MAX_SECONDS })
  return {
    totalMs: limit('timeout'),
    discoveryMs: limit('discovery-timeout'),
    cacheMs: limit('cache-timeout'),
    stallMs: limit('stall-timeout'),
  }
}

function pullRequestIn(reader: Reader): number | undefined {
  const given = reader.optional('pull-request')
  return given === undefined ? undefined : reader.integer('pull-request', { min: 1 })
}

function checkProvider(reader: Reader, { provider, targets, checkNames, token }: Inputs): void {
  const has = { names: checkNames.length > 0, configurations: reader.lines('configurations').length > 0 }
  const problems: readonly (readonly [boolean, string])[] = [
    [
      provider !== 'checks' && has.names,
      `'check-names' is for provider 'checks', and 'provider' is '${provider}'`,
    ],
    [
      provider === 'checks' && !has.names,
      "provider 'checks' needs 'check-names': the names of the checks to wait for",
    ],
    [
      provider === 'garnix' && !has.configurations,
      "provider 'garnix' needs 'configurations': the names in nixosConfigurations to wait for",
    ],
    [
      provider === 'none' && targets.length === 0,
      "provider 'none' needs 'store-paths' or 'configurations': there is nothing to look for",
    ],
    [provider !== 'none' && token === '', `'token' is required with provider '${provider}', and not given`],
  ]
  for (const [isSo, words] of problems) if (isSo) reader.problem(words)
}

function checkCaches(reader: Reader, { provider, targets, caches }: Inputs): void {
  const [isNone, isCompared] = [caches.length === 0, reader.lines('compare-with').length > 0]
  const problems: readonly (readonly [boolean, string])[] = [
    [provider === 'none' && isNone, "provider 'none' needs 'caches': there is nothing else to wait for"],
    [
      provider === 'checks' && !isNone && targets.length === 0,
      "'caches' needs 'store-paths' or 'configurations': there is nothing to look for in them",
    ],
    [isCompared && isNone, "'compare-with' needs 'caches': they know what is to be compared"],
  ]
  for (const [isSo, words] of problems) if (isSo) reader.problem(words)
}

function checkKeys(reader: Reader, { caches, requireSignatures }: Inputs): void {
  if (!requireSignatures) return
  for (const { url } of caches.filter(({ keys }) => keys.length === 0))
    reader.problem(
      `'caches' gives ${url} no public key, and 'require-signatures' is 'true': put the key behind the address`,
    )
}
