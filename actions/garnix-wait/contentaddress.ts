/**
 * Store paths that follow from their content: whoever holds the content can check the path, so no key vouches for it.
 * https://nix.dev/manual/nix/latest/store/store-object/content-address
 */
import { createHash } from 'node:crypto'
import type { NarInfo } from './narinfo.ts'
import { parseHash, toNix32, type Hash } from './nix32.ts'
import { STORE, hashPartOf, nameOf, type StorePath } from './storepath.ts'

/** Does the path follow from its field `CA`, its name and its references? */
export function isContentAddressed(info: NarInfo): boolean {
  const described = info.ca.startsWith('text:') ? textPath(info) : fixedPath(info)
  if (described === undefined) return false
  const [type, digest] = described
  const whole = createHash('sha256')
    .update(`${type}:sha256:${digest}:${STORE}:${nameOf(info.path)}`)
    .digest()
  return toNix32(folded(whole)) === hashPartOf(info.path)
}

/** The kind of a path, and the SHA-256 it is made from in hex. */
type Described = readonly [string, string]

/** A file written by an evaluation. */
function textPath(info: NarInfo): Described | undefined {
  const hash = parseHash(info.ca.slice('text:'.length))
  if (hash?.algorithm !== 'sha256' || info.references.includes(info.path)) return undefined
  return [typeOf('text', info), hexOf(hash)]
}

/** Something added to the store as it is, or fetched with a hash known in advance. */
function fixedPath(info: NarInfo): Described | undefined {
  const [, method = '', digits = ''] = /^fixed:(r:|git:|)([^:]+:.+)$/.exec(info.ca) ?? []
  const hash = parseHash(digits)
  if (hash === undefined) return undefined
  if (method === 'r:' && hash.algorithm === 'sha256') return [typeOf('source', info), hexOf(hash)]
  if (info.references.length > 0) return undefined
  const inner = createHash('sha256').update(`fixed:out:${method}${hash.algorithm}:${hexOf(hash)}:`)
  return ['output:out', inner.digest('hex')]
}

function typeOf(kind: string, { path, references }: NarInfo): string {
  const others = new Set<StorePath>(references)
  const isOfItself = others.delete(path)
  return [kind, ...[...others].sort(), ...(isOfItself ? ['self'] : [])].join(':')
}

function hexOf({ bytes }: Hash): string {
  return Buffer.from(bytes).toString('hex')
}

/** Its bytes laid over each other to the 20 of a store path. */
function folded(bytes: Buffer): Buffer {
  const short = Buffer.alloc(20)
  for (const [at, byte] of bytes.entries()) short.writeUInt8(short.readUInt8(at % 20) ^ byte, at % 20)
  return short
}
