/** The public keys that caches sign with. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { ActionError } from '../shared/errors.ts'

/** One key, as Nix writes it: `name:base64 of 32 bytes`. */
export interface TrustedKey {
  readonly name: string
  readonly key: KeyObject
}

/** What stands before the 32 bytes of an Ed25519 key in DER: RFC 8410. */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** Throws an `ActionError`; a secret key is not quoted in it. */
export function parseTrustedKey(text: string): TrustedKey {
  const [, name = '', base64 = ''] = /^([^\s:]+):([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 64)
    throw new ActionError(
      `the key '${name}' is a secret one: its public half is wanted, and this one is lost`,
    )
  if (bytes.length !== 32)
    throw new ActionError(
      `'${text}' is no public key; one is a name, a colon and the base64 of 32 bytes, as \`nix key convert-secret-to-public\` prints it`,
    )
  const der = Buffer.concat([DER_PREFIX, bytes])
  return { name, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) }
}
