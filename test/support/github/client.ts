/** Asking the fake GitHub without any of the actions. */
import type { FakeGitHub } from './server.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly data: unknown
}

/** One request: `GET /repos/acme/infra`. No token if it is empty. */
export async function ask(
  { url }: FakeGitHub,
  route: string,
  { token = 'secret', body }: { readonly token?: string; readonly body?: object } = {},
): Promise<Reply> {
  const [method = '', path = ''] = route.split(' ')
  const response = await fetch(`${url}${path}`, {
    method,
    headers: token === '' ? {} : { authorization: `token ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    data: text === '' ? undefined : (JSON.parse(text) as unknown),
  }
}
