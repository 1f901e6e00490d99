import { numberIn, objectIn, objectsIn, textIn, textsIn, type Json } from './json.ts'

export interface Sizes {
  readonly from: number
  readonly to: number
}

export interface PackageChange {
  readonly name: string
  /** Versions; `''` = the name carries none. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly sizeBytes: Sizes | undefined
}

export interface ClosureDiff {
  readonly added: readonly PackageChange[]
  readonly removed: readonly PackageChange[]
  readonly changed: readonly PackageChange[]
  /** Of the whole closure. */
  readonly sizeBytes: Sizes | undefined
}

export function diffIn(fields: Json): ClosureDiff {
  return {
    added: objectsIn(fields['added']).map(changeIn),
    removed: objectsIn(fields['removed']).map(changeIn),
    changed: objectsIn(fields['changed']).map(changeIn),
    sizeBytes: sizesIn(fields['sizeBytes']),
  }
}

function changeIn(fields: Json): PackageChange {
  const sizeBytes = sizesIn(fields['sizeBytes'])
  return { name: textIn(fields['name']), from: textsIn(fields['from']), to: textsIn(fields['to']), sizeBytes }
}

function sizesIn(value: unknown): Sizes | undefined {
  const fields = objectIn(value)
  return fields && { from: numberIn(fields['from']) ?? 0, to: numberIn(fields['to']) ?? 0 }
}
