/** Credentials in the form of curl's and Nix's `netrc`: https://everything.curl.dev/usingcurl/netrc.html */
import { ActionError } from '../shared/errors.ts'

export interface Login {
  /** `''` for the `default` entry. */
  readonly machine: string
  readonly login: string
  readonly password: string
}

/** Words may be quoted; a `#` begins a comment where a word could begin. */
const WORD = /"(?:[^"\\]|\\.)*"|#[^\n]*|[^\s"]\S*/g

/** Throws an `ActionError` that quotes nothing of it but the names of fields. */
export function parseNetrc(text: string): readonly Login[] {
  const words = wordsIn(text)
  const logins: Entry[] = []
  for (const key of words) {
    if (key === 'default') {
      logins.push({ machine: '', login: '', password: '' })
      continue
    }
    const { value } = words.next()
    if (key === 'machine' && value !== undefined)
      logins.push({ machine: value.toLowerCase(), login: '', password: '' })
    else setField(logins.at(-1), key, value)
  }
  return logins
}

type Entry = { -readonly [field in keyof Login]: Login[field] }

function wordsIn(text: string): ArrayIterator<string> {
  const words = (text.match(WORD) ?? []).filter((word) => !word.startsWith('#'))
  return words
    .map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word))
    .values()
}

function setField(entry: Entry | undefined, key: string, value: string | undefined): void {
  if (value === undefined || !isField(key))
    throw new ActionError(
      'it is no netrc: after `machine HOST` come `login NAME` and `password SECRET`, in any order',
    )
  if (entry === undefined) throw new ActionError(`'${key}' comes before any \`machine HOST\``)
  if (key !== 'account') entry[key] = value
}

function isField(key: string): key is 'login' | 'password' | 'account' {
  return ['login', 'password', 'account'].includes(key)
}

/** The value of an Authorization header for a host, if there is a login for it. */
export function authorizationFor(host: string, logins: readonly Login[]): string | undefined {
  const found =
    logins.find(({ machine }) => machine === host.toLowerCase()) ??
    logins.find(({ machine }) => machine === '')
  if (found === undefined) return undefined
  return `Basic ${Buffer.from(`${found.login}:${found.password}`).toString('base64')}`
}

/** All of a netrc that has to be masked, also of one that is none. */
export function secretsIn(text: string): readonly string[] {
  const words = [...wordsIn(text)]
  const passwords = words.filter((word, at) => words[at - 1] === 'password' && word !== '')
  return [...passwords, ...headersIn(text)]
}

function headersIn(text: string): readonly string[] {
  try {
    const logins = parseNetrc(text)
    const headers = logins.map(({ machine }) => authorizationFor(machine, logins))
    return headers.filter((header) => header !== undefined).map((header) => header.replace('Basic ', ''))
  } catch {
    return []
  }
}
