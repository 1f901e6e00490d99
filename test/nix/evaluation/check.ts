/** `nix flake check`: every output of every system evaluates, and says nothing while it does. */
import { failureOf } from './cases.ts'
import type { Flake } from './flake.ts'
import type { Outcome } from './outcome.ts'
import { verdict } from './outcome.ts'

/** What a server says whose keys are still to be made, with the command that makes them. */
const ALLOWED = 'evaluation warning: Nobody can log in to vps-arm or deploy to it:'

export const checkNames = [
  'nix flake check --no-build --all-systems: every output evaluates, nothing is imported from a derivation',
  'nix flake check warns of nothing but missing keys',
  'nix flake check looks at every check of both systems',
] as const

export async function checkOutcomes(
  flake: Flake,
  attributes: readonly (readonly string[])[],
): Promise<Outcome[]> {
  const finished = await flake.nix(['flake', 'check', '--no-build', '--all-systems', flake.url])
  if (finished.code !== 0) return checkNames.map((name) => failureOf(name, finished))
  const checked = [...finished.stderr.matchAll(/checking derivation '?([\w.-]+?)'?\.\.\./g)].map(
    ([, name]) => name,
  )
  const [evaluates, isQuiet, isWhole] = checkNames
  const expected = attributes.filter(([output]) => output === 'checks').map((parts) => parts.join('.'))
  const unseen = expected.filter((name) => !checked.includes(name))
  return [
    { kind: 'passed', name: evaluates },
    verdict(
      isQuiet,
      complaint(
        'unexpected',
        warningsIn(finished.stderr).filter((text) => !text.startsWith(ALLOWED)),
      ),
    ),
    verdict(isWhole, complaint('not looked at', unseen)),
  ]
}

/** A warning ends where the next thing Nix says begins; lines that continue it are indented or plain text. */
function warningsIn(stderr: string): readonly string[] {
  const ends = /^(?=(?:evaluation )?(?:warning|trace):|checking |evaluating |error:|these |\s*$)/m
  return stderr
    .split(ends)
    .map((part) => part.trim())
    .filter((part) => /^(?:evaluation )?(?:warning|trace):/.test(part))
}

function complaint(what: string, items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : `${what}:\n${items.join('\n')}`
}
