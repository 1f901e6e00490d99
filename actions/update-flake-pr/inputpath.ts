/**
 * The path of an input: its names from the root, joined by `/`. No name that Nix takes for an input needs quotes; a
 * lock may hold others, which must not pass for somebody else's path.
 */
export function inputPath(names: readonly string[]): string {
  return names.reduce(pathBelow, '')
}

/** `''` is the path of the flake itself. */
export function pathBelow(path: string, name: string): string {
  const quoted = /^[\w.-]+$|^[^/"\p{C}]+$/u.test(name) ? name : JSON.stringify(name)
  return path === '' ? quoted : `${path}/${quoted}`
}

export function namesIn(path: string): readonly string[] {
  const parts = path.match(/"(?:[^"\\]|\\.)*"|[^/]+/g) ?? []
  return parts.map((part) => (part.startsWith('"') ? (JSON.parse(part) as string) : part))
}

/** Whether it is an input of the flake itself. */
export function isRootPath(path: string): boolean {
  return /^(?:[^"/]+|"(?:[^"\\]|\\.)*")$/.test(path)
}
