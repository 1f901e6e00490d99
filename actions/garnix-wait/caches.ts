/** The lines of `caches`: where paths are looked for, and by whose keys they may be signed. */
import { ActionError } from '../shared/errors.ts'
import { authorizationFor, type Login } from './netrc.ts'
import { parseTrustedKey, type TrustedKey } from './trustedkey.ts'

export interface Cache {
  /** `http(s)://` or `file://`, without a slash at its end and without credentials. */
  readonly url: string
  /** The keys on its line; a path may be signed by any key of any line. */
  readonly keys: readonly TrustedKey[]
  /** The value of an Authorization header. */
  readonly authorization: string | undefined
}

/** The public cache of nixpkgs, and the key it has had since 2015. */
const NIXOS = {
  host: 'cache.nixos.org',
  key: 'cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=',
}
const GONE = 'cache.garnix.io'

/** One line: `URL [public-key …]`. Throws an `ActionError`. */
export function parseCache(line: string, logins: readonly Login[]): Cache {
  const url = parseAddress(line.replace(/\s.*$/, ''))
  if (url.hostname === GONE)
    throw new ActionError(
      `${GONE} is gone: the hosted garnix.io shut down on 2026-07-15, its cache with it. Give the cache of your own instance, or another one`,
    )
  const keys = line.split(/\s+/).slice(1).map(parseTrustedKey)
  return {
    url: url.href.replace(/\/+$/, ''),
    keys: keys.length === 0 && url.hostname === NIXOS.host ? [parseTrustedKey(NIXOS.key)] : keys,
    authorization: url.protocol === 'file:' ? undefined : authorizationFor(url.hostname, logins),
  }
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !['http:', 'https:', 'file:'].includes(url.protocol))
    throw new ActionError(
      `'${withoutLogin(address)}' is no cache; one begins with https://, http:// or file://`,
    )
  if (`${url.username}${url.password}` !== '')
    throw new ActionError(`the address of ${url.host} holds credentials; they belong into 'netrc'`)
  const settings = `${url.search}${url.hash}`
  if (settings !== '')
    throw new ActionError(`'${address}' ends in ${settings}; settings of Nix's stores mean nothing here`)
  return url
}

/** Also of an address that cannot be read as one. */
function withoutLogin(address: string): string {
  return address.replace(/[^/]*@/g, '…@')
}
