import { hostAndPort } from './address.ts'
import { ActionError } from './errors.ts'
import { type KnownHost, knownKeysOf, parseKnownHosts } from './knownhosts.ts'
import { fingerprintOf, keyTypeOf } from './publickey.ts'

/** What a host's key must be: one of the known keys or fingerprints, and none of the revoked. */
export interface HostKeyPin {
  readonly host: string
  readonly port: number
  /** Only keys for this host. */
  readonly known: readonly KnownHost[]
  /** `SHA256:…` without padding. */
  readonly fingerprints: readonly string[]
}

export interface PinSource {
  readonly host: string
  readonly port: number
  /** Text in the form of `known_hosts`, `''` for none. */
  readonly knownHosts: string
  /** `SHA256:…`, separated by blanks or line breaks, `''` for none. */
  readonly fingerprints: string
}

export type HostKeyVerdict = 'trusted' | 'revoked' | 'other'

type SignatureAlgorithm = 'ssh-ed25519' | `ecdsa-sha2-nistp${256 | 384 | 521}` | `rsa-sha2-${256 | 512}`

/**
 * The signature algorithms to ask a host for, by the type of its key; the fastest first. RSA keys sign with SHA-2 only:
 * OpenSSH has refused SHA-1 since 8.8.
 */
const ALGORITHMS = new Map<string, readonly SignatureAlgorithm[]>([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
])

/** Throws `ActionError` for malformed text, `@cert-authority`, nothing given, or nothing for this host and port. */
export function parsePin({ host, port, knownHosts, fingerprints }: PinSource): HostKeyPin {
  const known = knownKeysOf(parseKnownHosts(knownHosts), host, port)
  const pin = { host, port, known, fingerprints: parseFingerprints(fingerprints) }
  if (acceptableTypes(pin).length === 0) throw nothingPinned(pin, knownHosts)
  return pin
}

export function verdictOf(blob: Uint8Array, { known, fingerprints }: HostKeyPin): HostKeyVerdict {
  const same = known.filter((key) => Buffer.compare(key.blob, blob) === 0)
  if (same.some((key) => key.revoked)) return 'revoked'
  return same.length > 0 || fingerprints.includes(fingerprintOf(blob)) ? 'trusted' : 'other'
}

/**
 * The host key types a pin can be met by, fastest first: those of the known keys, so that a host with several keys
 * shows the one we know; all types as soon as there is a fingerprint, which does not tell its own.
 */
export function acceptableTypes({ known, fingerprints }: HostKeyPin): readonly string[] {
  const types = [...ALGORITHMS.keys()]
  if (fingerprints.length > 0) return types
  return types.filter((type) => known.some((key) => !key.revoked && key.type === type))
}

export function signatureAlgorithmsOf(types: readonly string[]): SignatureAlgorithm[] {
  return types.flatMap((type) => ALGORITHMS.get(type) ?? [])
}

/** The words for a key that is not trusted. */
export function refusalOf(
  blob: Uint8Array,
  pin: HostKeyPin,
): { readonly message: string; readonly hint: string } {
  const where = hostAndPort(pin.host, pin.port)
  const shown = `${keyTypeOf(blob) ?? 'unknown'} ${fingerprintOf(blob)}`
  if (verdictOf(blob, pin) === 'revoked')
    return { message: `${where} shows a revoked host key: ${shown}.`, hint: 'Nothing was sent to it.' }
  return {
    message: `The host key of ${where} is ${shown}, not the pinned ${describePin(pin)}.`,
    hint: 'Was the host installed again? Then pin its new key; else somebody is in between. Nothing was sent to it.',
  }
}

function describePin({ known, fingerprints }: HostKeyPin): string {
  const keys = known.filter((key) => !key.revoked).map((key) => `${key.type} ${fingerprintOf(key.blob)}`)
  return [...keys, ...fingerprints].join(' or ')
}

function parseFingerprints(text: string): readonly string[] {
  return text.split(/\s+/).flatMap((word) => (word === '' ? [] : [parseFingerprint(word)]))
}

function parseFingerprint(word: string): string {
  const bare = word.replace(/=$/, '')
  if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(bare)) return bare
  throw new ActionError(`'${word}' is not a fingerprint (SHA256: and 43 characters of base64).`, {
    hint: "On the host, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' prints it.",
  })
}

function nothingPinned({ host, port, known }: HostKeyPin, knownHosts: string): ActionError {
  const name = hostAndPort(host, port)
  const hint = "There is no trust on first use: give 'known_hosts' lines or a fingerprint of the host's key."
  if (knownHosts.trim() === '') return new ActionError(`No host key is given for ${name}.`, { hint })
  const types = known.filter((key) => !key.revoked).map((key) => key.type)
  if (types.length === 0) return new ActionError(`No line of known_hosts is for ${name}.`, { hint })
  return new ActionError(`The keys given for ${name} are of types we cannot check: ${types.join(', ')}.`, {
    hint: `Give one of ${[...ALGORITHMS.keys()].join(', ')}.`,
  })
}
