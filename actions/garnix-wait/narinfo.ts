/**
 * What a binary cache says about one store path.
 * https://nix.dev/manual/nix/latest/protocols/binary-cache/narinfo
 */
import { ActionError } from '../shared/errors.ts'
import { sha256InNix32 } from './nix32.ts'
import { ofBaseName, type StorePath } from './storepath.ts'

export interface NarInfo {
  readonly path: StorePath
  /** SHA-256 in base 32. */
  readonly narHash: string
  /** In bytes, unpacked. */
  readonly narSize: number
  /** In bytes, as it is downloaded; `undefined` = the cache does not say. */
  readonly fileSize: number | undefined
  /** Each once; the path itself may be among them. */
  readonly references: readonly StorePath[]
  /** `name:base64`, not yet checked. */
  readonly signatures: readonly string[]
  /** The content address; `''` = none. */
  readonly ca: string
}

type Fields = ReadonlyMap<string, readonly string[]>

/**
 * Reads a narinfo of `path`; fields it does not know are passed over, as Nix does.
 * Throws an `ActionError` whose message says what is wrong with it.
 */
export function parseNarInfo(text: string, path: StorePath): NarInfo {
  const fields = fieldsOf(text)
  const isOf = required(fields, 'StorePath')
  if (isOf !== path) throw new ActionError(`it describes another path, '${shown(isOf)}'`)
  required(fields, 'URL')
  const narHash = sha256InNix32(required(fields, 'NarHash'))
  if (narHash === undefined) throw wrong(fields, 'NarHash')
  const narSize = sizeIn(fields, 'NarSize')
  if (narSize === 0) throw wrong(fields, 'NarSize')
  return {
    path,
    narHash,
    narSize,
    fileSize: optionalSizeIn(fields),
    references: referencesIn(fields),
    signatures: fields.get('Sig') ?? [],
    ca: last(fields, 'CA'),
  }
}

function fieldsOf(text: string): Fields {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new ActionError('it is no narinfo: its last line is not whole')
  const fields = new Map<string, string[]>()
  for (const line of lines) {
    const end = line.indexOf(': ')
    // An empty list of references may be written without the space.
    const [key, value] = end === -1 && line.endsWith(':') ? [line.slice(0, -1), ''] : splitAt(line, end)
    const values = fields.get(key)
    if (values === undefined) fields.set(key, [value])
    else values.push(value)
  }
  return fields
}

function splitAt(line: string, end: number): readonly [string, string] {
  if (end === -1) throw new ActionError(`it is no narinfo: it holds the line '${shown(line)}'`)
  return [line.slice(0, end), line.slice(end + 2)]
}

/** As in Nix, the last one counts; `''` if there is none. */
function last(fields: Fields, name: string): string {
  return fields.get(name)?.at(-1) ?? ''
}

function required(fields: Fields, name: string): string {
  const value = last(fields, name)
  if (value === '') throw new ActionError(`its narinfo has no ${name}`)
  return value
}

function wrong(fields: Fields, name: string): ActionError {
  return new ActionError(`its narinfo has the ${name} '${shown(last(fields, name))}'`)
}

function sizeIn(fields: Fields, name: string): number {
  const size = /^\d{1,16}$/.test(required(fields, name)) ? Number(required(fields, name)) : NaN
  if (!Number.isSafeInteger(size)) throw wrong(fields, name)
  return size
}

/** Nix writes 0 for a size it does not know. */
function optionalSizeIn(fields: Fields): number | undefined {
  if (!fields.has('FileSize')) return undefined
  const size = sizeIn(fields, 'FileSize')
  return size === 0 ? undefined : size
}

function referencesIn(fields: Fields): readonly StorePath[] {
  const lines = fields.get('References') ?? []
  if (lines.length > 1) throw new ActionError('its narinfo has several lists of references')
  const bases = new Set((lines[0] ?? '').split(' ').filter((base) => base !== ''))
  return [...bases].map((base) => {
    const path = ofBaseName(base)
    if (path === undefined) throw new ActionError(`its narinfo has the reference '${shown(base)}'`)
    return path
  })
}

/** A piece of foreign text for a message. */
function shown(text: string): string {
  const piece = text.replace(/[^\x20-\x7e]/g, '?')
  return piece.length > 80 ? `${piece.slice(0, 80)}…` : piece
}

/** What a signature is made of: `ValidPathInfo::fingerprint` of Nix. */
export function fingerprintOf({ path, narHash, narSize, references }: NarInfo): string {
  return `1;${path};sha256:${narHash};${narSize};${references.toSorted().join(',')}`
}
