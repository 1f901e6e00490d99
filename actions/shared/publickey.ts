import { createHash } from 'node:crypto'

/** The type a public key begins with, in the form SSH sends it; `undefined` if it is no such key. */
export function keyTypeOf(blob: Uint8Array): string | undefined {
  const bytes = Buffer.from(blob)
  if (bytes.length < 4) return undefined
  const length = bytes.readUInt32BE(0)
  return length > 64 || bytes.length < 4 + length ? undefined : bytes.toString('latin1', 4, 4 + length)
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}
