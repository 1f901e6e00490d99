/** Globs over names of inputs, which may have dots: `*` is any run of characters, `?` any one. */
export function isGlob(text: string): boolean {
  return /^[\w.*?-]+$/.test(text)
}

export function matches(glob: string, name: string): boolean {
  const pattern = glob.replace(/[*?.]/g, (mark) => PATTERNS[mark as keyof typeof PATTERNS])
  return new RegExp(`^${pattern}$`).test(name)
}

const PATTERNS = { '*': '.*', '?': '.', '.': String.raw`\.` }

export function matchesAny(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matches(glob, name))
}
