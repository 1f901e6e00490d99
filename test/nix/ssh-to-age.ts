/**
 * What ssh-to-age does, for machines without it: the X25519 point of an ed25519 key, as an age recipient.
 * As a program it reads public keys from stdin. The tests use the real one wherever it is installed.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const P = 2n ** 255n - 19n
const CHARACTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** @param key a line of a .pub file */
export function recipientOf(key: string): string {
  const blob = Buffer.from(key.split(' ')[1] ?? '', 'base64')
  // Two fields with their lengths before them; the second is the point, whose last bit is a sign.
  const point = Uint8Array.from(blob.subarray(-32))
  const y = littleEndian(point) & (2n ** 255n - 1n)
  const u = modulo((1n + y) * inverse(modulo(1n - y)))
  return bech32('age', bytesOf(u))
}

function modulo(value: bigint): bigint {
  return ((value % P) + P) % P
}

/** By Fermat. */
function inverse(value: bigint): bigint {
  let result = 1n
  let base = value
  for (let exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = modulo(result * base)
    base = modulo(base * base)
  }
  return result
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function bytesOf(value: bigint): readonly number[] {
  return Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n))
}

/** BIP 173. */
function bech32(prefix: string, bytes: readonly number[]): string {
  const words = fiveBits(bytes)
  const characters = Array.from(prefix, (character) => character.charCodeAt(0))
  const expanded = [...characters.map((code) => code >> 5), 0, ...characters.map((code) => code & 31)]
  const sum = polymod([...expanded, ...words, 0, 0, 0, 0, 0, 0]) ^ 1
  const checksum = [0, 1, 2, 3, 4, 5].map((index) => (sum >>> (5 * (5 - index))) & 31)
  return `${prefix}1${[...words, ...checksum].map((word) => CHARACTERS[word]).join('')}`
}

function fiveBits(bytes: readonly number[]): readonly number[] {
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => Number.parseInt(group.padEnd(5, '0'), 2))
}

function polymod(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const shifted = (((sum & 0x1ffffff) << 5) ^ value) >>> 0
    return GENERATOR.reduce(
      (mixed, part, index) => ((sum >>> (25 + index)) & 1 ? (mixed ^ part) >>> 0 : mixed),
      shifted,
    )
  }, 1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = readFileSync(0, 'utf8').split('\n')
  for (const line of lines.filter((text) => text.startsWith('ssh-ed25519 '))) console.log(recipientOf(line))
}
