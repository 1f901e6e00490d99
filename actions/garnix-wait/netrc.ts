/** Credentials in the form of curl's and Nix's `netrc`: https://everything.curl.dev/usingcurl/netrc.html */
import { ActionError } from '../shared/errors.ts'

export interface Login {
  /** `''` for the `default` entry. */
  readonly machine: string
  readonly login: string
  readonly password: string
}

/** Words may be quoted; a `#` begins a comment where a word could begin. */
const WORD = /"((?:[^"\\]|\\.)*)"|#[^\n]*|([^\s"]\S*)/g

/** Throws an `ActionError` that quotes nothing of it but the names of machines. */
export function parseNetrc(text: string): readonly Login[] {
  const words = [...text.matchAll(WORD)]
    .filter(([word]) => !word.startsWith('#'))
    .map(([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  const logins: { machine: string; login: string; password: string }[] = []
  for (let at = 0; at < words.length; at += 2) {
    const [key = '', value] = words.slice(at, at + 2)
    if (key === 'default') {
      logins.push({ machine: '', login: '', password: '' })
      at -= 1
    } else if (key === 'machine' && value !== undefined)
      logins.push({ machine: value.toLowerCase(), login: '', password: '' })
    else setField(logins.at(-1), key, value)
  }
  return logins
}

function setField(entry: Record<string, string> | undefined, key: string, value: string | undefined): void {
  if (value === undefined || !['login', 'password', 'account'].includes(key))
    throw new ActionError(
      'it is no netrc: after `machine HOST` come `login NAME` and `password SECRET`, in any order',
    )
  if (entry === undefined) throw new ActionError(`'${key}' comes before any \`machine HOST\``)
  if (key !== 'account') entry[key] = value
}

/** The value of an Authorization header for a host, if there is a login for it. */
export function authorizationFor(host: string, logins: readonly Login[]): string | undefined {
  const found =
    logins.find(({ machine }) => machine === host.toLowerCase()) ??
    logins.find(({ machine }) => machine === '')
  if (found === undefined) return undefined
  return `Basic ${Buffer.from(`${found.login}:${found.password}`).toString('base64')}`
}

/** All that has to be masked. */
export function secretsOf(logins: readonly Login[]): readonly string[] {
  return logins.flatMap(({ login, password }) =>
    password === '' ? [] : [password, Buffer.from(`${login}:${password}`).toString('base64')],
  )
}
