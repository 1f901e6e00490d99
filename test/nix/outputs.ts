import { join } from 'node:path'
import { root } from '../support/manifest.ts'
import type { Nix } from './nix.ts'

export interface Outputs {
  /** Top-level names of the flake that outputs.nix does not know how to take apart. */
  readonly unknown: readonly string[]
  /** `[output, name]` or `[output, system, name]`. */
  readonly attributes: readonly (readonly string[])[]
  /** Names of the evaluation cases by topic. */
  readonly cases: Readonly<Record<string, readonly string[]>>
  /** File names of what the configurations render. */
  readonly rendered: readonly string[]
}

export const flakeDir = join(root, 'nix')

/** What the flake has to offer, without evaluating any of it. */
export async function outputsOf(nix: Nix): Promise<Outputs> {
  const expression = `import ${join(import.meta.dirname, 'outputs.nix')} { flakeDir = ${flakeDir}; }`
  return (await nix.value(expression)) as Outputs
}
