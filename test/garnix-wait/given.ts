/** Inputs as a workflow gives them, with the manifest's defaults. */
import { parseStorePath, type StorePath } from '../../actions/garnix-wait/storepath.ts'
import { evaluated, manifestOf, type GitHubContext } from '../support/manifest.ts'

export const SHA = '95a89711a27f35b705a53947abe90e28d440604f'
export const PUSH: GitHubContext = { sha: SHA, event_name: 'push', token: 'ghs_secret' }

/** The public key of cache.nixos.org. */
export const KEY = 'cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY='
export const HELLO = '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-hello-2.10'
export const CURL = '/nix/store/syd87l2rxw8cbsxmxl853h0r6pdwhwjr-curl-7.82.0-bin'

/** A path whose hash is one character, again and again. */
export const pathNamed = (digit: string, name: string): StorePath =>
  parseStorePath(`/nix/store/${digit.repeat(32)}-${name}`)

export function inputsWith(
  given: Readonly<Record<string, string>> = {},
  github: GitHubContext = PUSH,
): Record<string, string> {
  const defaults = Object.entries(manifestOf('garnix-wait').inputs).map(
    ([name, { default: value = '' }]) => [name, evaluated(value, github)] as const,
  )
  return { ...Object.fromEntries(defaults), configurations: 'vps-arm', ...given }
}
