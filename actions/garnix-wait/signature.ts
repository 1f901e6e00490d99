/** Whether a path would be accepted by a Nix with certain keys: signed by one of them, or content-addressed. */
import { verify } from 'node:crypto'
import { isContentAddressed } from './contentaddress.ts'
import { fingerprintOf, type NarInfo } from './narinfo.ts'
import type { TrustedKey } from './trustedkey.ts'

/** A narinfo may list as many as it likes, and each takes a moment to check. */
const MAX_CHECKED = 20

/** Resolves to why the path is not trusted, `undefined` if it is. */
export async function whyUntrusted(info: NarInfo, keys: readonly TrustedKey[]): Promise<string | undefined> {
  const fingerprint = Buffer.from(fingerprintOf(info))
  const signatures = info.signatures.map(splitSignature)
  const byKnown = signatures.flatMap(({ name, bytes }) =>
    keys.filter((one) => one.name === name).map(({ key }) => ({ key, bytes })),
  )
  for (const { key, bytes } of byKnown.slice(0, MAX_CHECKED))
    if (await isSignedBy(fingerprint, key, bytes)) return undefined
  return isContentAddressed(info) ? undefined : wordsFor(signatures, keys)
}

interface Signature {
  readonly name: string
  readonly bytes: Buffer
}

function splitSignature(text: string): Signature {
  const colon = text.indexOf(':')
  return { name: text.slice(0, Math.max(0, colon)), bytes: Buffer.from(text.slice(colon + 1), 'base64') }
}

/** In another thread: a large closure has thousands of them, while answers come in. */
function isSignedBy(text: Buffer, key: TrustedKey['key'], signature: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    verify(null, text, key, signature, (_error, isValid) => {
      resolve(isValid)
    })
  })
}

function wordsFor(signatures: readonly Signature[], keys: readonly TrustedKey[]): string {
  const trusted = [...new Set(keys.map(({ name }) => name))]
  const signers = [...new Set(signatures.map(({ name }) => name.slice(0, 80).replace(/[^\x20-\x7e]/g, '?')))]
  const known = signers.filter((name) => trusted.includes(name))
  if (known.length > 0)
    return `its signature by '${known.join("', '")}' is not one by the key given under that name`
  const given = trusted.length === 0 ? 'no key is given' : `the keys given are '${trusted.join("', '")}'`
  return signers.length === 0
    ? 'it is signed by nobody'
    : `it is signed by '${signers.join("', '")}', and ${given}`
}
