/** garnix.yaml as a Garnix instance reads it. */
import { parse } from 'yaml'
import { textOf } from './sources.ts'

interface Builds {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly branch?: string
}

interface Garnix {
  readonly flakeDir?: string
  readonly builds: readonly Builds[]
}

type Attribute = readonly string[]

export const keysOfGarnix = [
  'builds',
  'flakeDir',
  'incrementalizeBuilds',
  'actions',
  'modules',
  'fodChecks',
] as const

export function readGarnix(): Garnix & Readonly<Record<string, unknown>> {
  const { builds, ...others } = parse(textOf('garnix.yaml')) as Record<string, unknown>
  const list = (Array.isArray(builds) ? builds : [builds]) as readonly Partial<Builds>[]
  return {
    ...others,
    builds: list.map(({ include = [], exclude = [], ...rest }) => ({ include, exclude, ...rest })),
  }
}

/** Two or three parts, each equal or `*`; there are no globs, and the number of parts has to be the same. */
export function matches(matcher: string, attribute: Attribute): boolean {
  const parts = matcher.split('.')
  return (
    (parts.length === 2 || parts.length === 3) &&
    parts.length === attribute.length &&
    parts.every((part, index) => part === '*' || part === attribute[index])
  )
}

export function builtBy({ include, exclude }: Builds, attributes: readonly Attribute[]): readonly string[] {
  const hit = (matchers: readonly string[], attribute: Attribute) =>
    matchers.some((matcher) => matches(matcher, attribute))
  return attributes
    .filter((attribute) => hit(include, attribute) && !hit(exclude, attribute))
    .map((attribute) => attribute.join('.'))
}
