/** What an operation is asked, and what it answers. */
import type { RepositoryState } from './repository.ts'
import type { Place } from './shapes.ts'
import type { GitHubState } from './state.ts'
import type { Token } from './tokens.ts'

export interface Asked {
  /** The repository in question. */
  readonly state: RepositoryState
  readonly github: GitHubState
  readonly place: Place
  /** Of path and query together. */
  readonly parameters: Readonly<Record<string, string | number | undefined>>
  readonly body: Readonly<Record<string, unknown>>
  /** Who asks. */
  readonly login: string
  readonly token: Token
  /** With its query. */
  readonly address: string
}

export interface Answered {
  readonly status: number
  readonly data: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Operation {
  /** `contents: read`, or several of which one will do: `issues: read | pull-requests: read`; `undefined` = any token. */
  readonly permission: string | undefined
  readonly answer: (asked: Asked) => Answered
}

export type Operations = Readonly<Record<string, Operation>>

export const found = (data: unknown): Answered => ({ status: 200, data })
export const made = (data: unknown): Answered => ({ status: 201, data })
export const NOTHING: Answered = { status: 204, data: undefined }
export const NOT_FOUND: Answered = { status: 404, data: { message: 'Not Found' } }

export function refused(status: number, message: string, errors?: readonly unknown[]): Answered {
  return { status, data: { message, ...(errors === undefined ? {} : { errors }) } }
}

export const invalid = (...errors: readonly unknown[]): Answered => refused(422, 'Validation Failed', errors)

/** The first of them that is the case; `undefined` if none is. */
export function firstOf(...cases: readonly (readonly [boolean, Answered])[]): Answered | undefined {
  return cases.find(([isCase]) => isCase)?.[1]
}

/** Characters as GitHub counts them. */
export function lengthOf(text: string): number {
  return Array.from(text).length
}

/** GitHub takes more than 100 for 100. */
export function sizeOf({ parameters }: Asked): number {
  return Math.min(100, Number(parameters['per_page'] ?? 30))
}

export function pageOf<T>(items: readonly T[], asked: Asked): readonly T[] {
  const { parameters } = asked
  const size = sizeOf(asked)
  const page = Number(parameters['page'] ?? 1)
  return items.slice((page - 1) * size, page * size)
}

/** Where the other pages are. */
export function linksOf(total: number, asked: Asked): Record<string, string> {
  const { parameters, place, address } = asked
  const page = Number(parameters['page'] ?? 1)
  const last = Math.ceil(total / sizeOf(asked))
  const link = (rel: string, number: number) => {
    const url = new URL(address, place.url)
    url.searchParams.set('page', String(number))
    return `<${url.href}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [link('prev', page - 1), link('first', 1)] : []),
    ...(page < last ? [link('next', page + 1), link('last', last)] : []),
  ]
  return links.length === 0 ? {} : { link: links.join(', ') }
}

export function listed<T>(items: readonly T[], asked: Asked, shape: (item: T) => unknown): Answered {
  return { ...found(pageOf(items, asked).map(shape)), headers: linksOf(items.length, asked) }
}
