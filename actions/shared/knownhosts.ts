import { createHmac, timingSafeEqual } from 'node:crypto'
import { ActionError } from './errors.ts'
import { keyTypeOf } from './publickey.ts'

/** One key of a `known_hosts` line, without the hosts it is for. */
export interface KnownHost {
  readonly type: string
  /** The public key as SSH sends it. */
  readonly blob: Uint8Array
  readonly revoked: boolean
}

export interface KnownHostLine extends KnownHost {
  /** The first field: `name,name…` with wildcards and negations, or `|1|salt|hash`. */
  readonly names: string
}

/** Parses text in the form of `known_hosts`. Throws `ActionError` naming the line that cannot be used. */
export function parseKnownHosts(text: string): readonly KnownHostLine[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
  return lines.flatMap((line, index) =>
    line === '' || line.startsWith('#') ? [] : [parseLine(line, index + 1)],
  )
}

/**
 * The keys for a host, found as OpenSSH does: under `[host]:port` if the port is not 22, and under the plain name if
 * there is nothing. Revoked keys count under both.
 */
export function knownKeysOf(
  lines: readonly KnownHostLine[],
  host: string,
  port: number,
): readonly KnownHost[] {
  const bracketed = `[${host}]:${port}`
  const names = port === 22 ? [host, bracketed] : [bracketed, host]
  const matching = names.map((name) => lines.filter((line) => matches(line.names, name.toLowerCase())))
  const revoked = matching.flat().filter((line) => line.revoked)
  const valid = matching
    .map((found) => found.filter((line) => !line.revoked))
    .find((found) => found.length > 0)
  return [...revoked, ...(valid ?? [])]
}

function parseLine(line: string, number: number): KnownHostLine {
  const fields = line.split(/[ \t]+/)
  const revoked = line.startsWith('@') && isRevoked(fields.shift(), number)
  const [names = '', type = '', base64 = ''] = fields
  const blob = Buffer.from(base64, 'base64')
  if (keyTypeOf(blob) !== type) throw malformed(number)
  return { names, type, blob, revoked }
}

function isRevoked(marker: string | undefined, number: number): true {
  if (marker === '@revoked') return true
  if (marker === '@cert-authority')
    throw new ActionError(`Line ${number} is a @cert-authority, and host certificates are not supported.`, {
      hint: 'Give the key of the host itself.',
    })
  throw new ActionError(`Line ${number} begins with the unknown marker '${marker}'.`)
}

function malformed(number: number): ActionError {
  return new ActionError(`Line ${number} is not a known_hosts line (host, key type, key in base64).`, {
    hint: "'ssh-keyscan -t ed25519 HOST' prints one; compare it with the host's own 'ssh-keygen -lf'.",
  })
}

function matches(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name)
  const patterns = names.toLowerCase().split(',')
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name)))
    return false
  return patterns.some((pattern) => matchesPattern(pattern, name))
}

function matchesHash(hashed: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = hashed.split('|')
  if (version !== '1') return false
  const wanted = Buffer.from(hash, 'base64')
  const got = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return wanted.length === got.length && timingSafeEqual(wanted, got)
}

/** `*` and `?` are the only wildcards; brackets and all else stand for themselves. */
function matchesPattern(pattern: string, name: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name)
}
