/** What a user does with the template: `nix flake init -t`, and a server of one's own that evaluates. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { failureOf } from './cases.ts'
import type { Flake } from './flake.ts'
import type { LockFile } from '../lockfile.ts'
import type { Outcome } from './outcome.ts'
import { verdict } from './outcome.ts'

export const templateNames = [
  'nix flake init -t writes every file of the template',
  'the server that it wrote evaluates, with a lock of its own',
] as const

export async function templateOutcomes(flake: Flake): Promise<Outcome[]> {
  const [isWhole, evaluates] = templateNames
  const folder = join(dirname(flake.folder), 'template')
  const written = await flake.plain(['flake', 'new', '--template', `${flake.url}#server`, folder])
  if (written.code !== 0) return templateNames.map((name) => failureOf(name, written))
  const missing = filesOf(join(flake.folder, 'templates/server')).filter(
    (path) => !filesOf(folder).includes(path),
  )
  const complaint = missing.length === 0 ? undefined : `not written:\n${missing.join('\n')}`
  const toplevel = 'nixosConfigurations.my-server.config.system.build.toplevel.drvPath'
  const inputs = ['--override-input', 'nix-vps', flake.url, '--override-input', 'nixpkgs', nixpkgsOf(flake)]
  const evaluated = await flake.plain(['eval', '--raw', ...inputs, `path:${folder}#${toplevel}`])
  return [
    verdict(isWhole, complaint),
    evaluated.stdout.endsWith('.drv') ? { kind: 'passed', name: evaluates } : failureOf(evaluates, evaluated),
  ]
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
}

/** The one of this run: what the template names moves on, and may be out of reach. */
function nixpkgsOf(flake: Flake): string {
  const { nodes } = JSON.parse(readFileSync(join(flake.folder, 'flake.lock'), 'utf8')) as LockFile
  const { path, owner, repo, rev } = nodes['nixpkgs']?.locked ?? {}
  return path === undefined ? `github:${owner ?? ''}/${repo ?? ''}/${rev ?? ''}` : `path:${path}`
}
