/** `[::1]` → `::1`; the network functions take IPv6 addresses without brackets. */
export function stripBrackets(host: string): string {
  return /^\[(.*)\]$/.exec(host)?.[1] ?? host
}

/** For messages: `example.org`, `example.org:2222`, `[::1]:2222`. */
export function hostAndPort(host: string, port: number): string {
  if (port === 22) return host
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
