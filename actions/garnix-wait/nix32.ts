/**
 * Nix's own base 32, and hashes in the ways Nix writes them.
 * https://nix.dev/manual/nix/latest/protocols/nix32
 */

/** Without e, o, t and u. */
const DIGITS = '0123456789abcdfghijklmnpqrsvwxyz'

/** The digits go from the last byte to the first, and the lowest bit of a byte is its first. */
export function toNix32(bytes: Uint8Array): string {
  const length = nix32Length(bytes.length)
  const padded = Buffer.concat([bytes, Buffer.alloc(2)])
  const digitAt = (bit: number) => DIGITS[(padded.readUInt16LE(bit >> 3) >> (bit & 7)) & 31]
  return Array.from({ length }, (_, at) => digitAt(5 * (length - 1 - at))).join('')
}

/** `undefined` for what is not `size` bytes in base 32; bits that lie outside of them count as such. */
export function fromNix32(text: string, size: number): Uint8Array | undefined {
  if (text.length !== nix32Length(size)) return undefined
  const padded = Buffer.alloc(size + 2)
  for (let at = 0; at < text.length; at++) {
    const value = DIGITS.indexOf(text.charAt(text.length - 1 - at))
    if (value === -1) return undefined
    const byte = (5 * at) >> 3
    padded.writeUInt16LE(padded.readUInt16LE(byte) | (value << ((5 * at) & 7)), byte)
  }
  return padded.readUInt16LE(size) === 0 ? Uint8Array.from(padded.subarray(0, size)) : undefined
}

function nix32Length(size: number): number {
  return Math.ceil((8 * size) / 5)
}

const SIZES = { md5: 16, sha1: 20, sha256: 32, sha512: 64 } as const

export interface Hash {
  readonly algorithm: keyof typeof SIZES
  readonly bytes: Uint8Array
}

/** `sha256:` and hex, base 32 or base 64, or `sha256-` and base 64; `undefined` for anything else. */
export function parseHash(text: string): Hash | undefined {
  const [, name = '', separator, digits = ''] = /^([a-z0-9]+)([:-])([\w+/=]+)$/.exec(text) ?? []
  if (!isAlgorithm(name)) return undefined
  const size = SIZES[name]
  const bytes = separator === '-' ? fromBase64(digits, size) : fromAnyBase(digits, size)
  return bytes === undefined ? undefined : { algorithm: name, bytes }
}

function isAlgorithm(name: string): name is keyof typeof SIZES {
  return Object.hasOwn(SIZES, name)
}

/** The length tells which base it is. */
function fromAnyBase(digits: string, size: number): Uint8Array | undefined {
  if (digits.length === 2 * size) return /^[0-9a-f]+$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined
  return fromNix32(digits, size) ?? fromBase64(digits, size)
}

function fromBase64(digits: string, size: number): Uint8Array | undefined {
  const bytes = Buffer.from(digits, 'base64')
  return bytes.length === size && bytes.toString('base64') === digits ? bytes : undefined
}

/** 52 digits, of which the first holds but one bit. */
const SHA256_NIX32 = /^sha256:[01][0-9abcdfghijklmnpqrsvwxyz]{51}$/

/** A SHA-256 in base 32, without its name, from any way to write it; `undefined` for anything else. */
export function sha256InNix32(text: string): string | undefined {
  // Caches write it so: of thousands of hashes none has to be converted.
  if (SHA256_NIX32.test(text)) return text.slice('sha256:'.length)
  const hash = parseHash(text)
  return hash?.algorithm === 'sha256' ? toNix32(hash.bytes) : undefined
}
