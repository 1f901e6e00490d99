/** The parts of an address of git's that a web page can be made of. */
export interface GitUrl {
  /** With its port where that is the web's as well. */
  readonly host: string
  /** Owner, groups, repository; without `.git`. */
  readonly path: readonly string[]
}

/** `https://…`, `ssh://git@…`, `git@HOST:…`; `undefined` for what is on no host. */
export function parseGitUrl(url: string): GitUrl | undefined {
  const [, scpHost, scpPath] = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/s.exec(url) ?? []
  const whole = scpHost === undefined ? url : `ssh://${scpHost}/${scpPath}`
  const { protocol, host, hostname, pathname } = URL.canParse(whole) ? new URL(whole) : NOTHING
  if (!/^(?:https?|ssh|git):$/.test(protocol)) return undefined
  const path = pathname
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
  return {
    host: (protocol.startsWith('http') ? host : hostname).toLowerCase(),
    path: path.filter((segment) => segment !== ''),
  }
}

const NOTHING = { protocol: '', host: '', hostname: '', pathname: '' }
