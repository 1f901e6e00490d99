/**
 * Reading JSON that somebody else wrote, who may be older, newer or hostile: what does not have the expected type
 * counts as absent, so that nothing behind these functions has to look again.
 */
export type Json = Readonly<Record<string, unknown>>

/** `undefined` for text that is not a JSON object. */
export function parseObject(text: string): Json | undefined {
  try {
    return objectIn(JSON.parse(text))
  } catch {
    return undefined
  }
}

export function objectIn(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function textsIn(value: unknown): readonly string[] {
  return listIn(value).filter((item) => typeof item === 'string')
}

export function objectsIn(value: unknown): readonly Json[] {
  return listIn(value)
    .map(objectIn)
    .filter((item) => item !== undefined)
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
