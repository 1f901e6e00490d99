export interface NixVersion {
  /** For people: `Nix 2.26.3`, `Determinate Nix 3.8.6 2.30.2`, `Lix 2.93.0`. */
  readonly name: string
  readonly major: number
  readonly minor: number
}

/** How the inputs to update are told: `nix flake update NAME…`, or `nix flake lock --update-input NAME …`. */
export type Syntax = 'positional' | 'update-input'

/** What `nix --version` prints: `nix (Nix) 2.26.3`; `undefined` if it is something else. */
export function parseNixVersion(text: string): NixVersion | undefined {
  const [, product = '', version = '', major, minor] =
    /^nix(?: \(([^()]+)\))? ((\d+)\.(\d+)\S*)\s*$/m.exec(text) ?? []
  if (version === '') return undefined
  const name = product === '' ? 'Nix' : product.replace(/, like Nix$/, '')
  return { name: `${name} ${version}`, major: Number(major), minor: Number(minor) }
}

/**
 * `undefined` for those that cannot write a lock elsewhere than into the checkout. Lix counts from 2.90 on.
 * https://nix.dev/manual/nix/stable/release-notes/rl-2.15 and rl-2.19
 */
export function syntaxOf({ major, minor }: NixVersion): Syntax | undefined {
  if (major > 2 || (major === 2 && minor >= 19)) return 'positional'
  return major === 2 && minor >= 15 ? 'update-input' : undefined
}
