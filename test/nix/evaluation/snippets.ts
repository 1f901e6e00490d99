/** The Nix that nix/README.md tells people to write, written into the reference server. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { textOf as source } from '../sources.ts'
import { failureOf } from './cases.ts'
import type { Flake } from './flake.ts'
import type { Outcome } from './outcome.ts'
import { verdict } from './outcome.ts'

export const snippetNames = [
  'the reference server evaluates with every line of Nix in nix/README.md',
] as const

export async function snippetOutcomes(flake: Flake): Promise<Outcome[]> {
  const [name] = snippetNames
  const snippets = nixIn(source('nix/README.md'))
  const [guests, hosts] = [snippets.filter(isOfGuest), snippets.filter((text) => !isOfGuest(text))]
  if (guests.length === 0 || hosts.length === 0)
    return [verdict(name, `too few snippets: ${snippets.length}`)]
  // What the text takes for granted: a service in the container that it calls web.
  const service = 'options.services.web.tokenFile = lib.mkOption { type = lib.types.str; };'
  const user = 'users.groups.web = { }; users.users.web = { isSystemUser = true; group = "web"; };'
  write(
    flake,
    'containers/web.nix',
    `{ config, lib, ... }: { ${service} config = {\n${guests.join('\n')}\n${user} }; }`,
  )
  const files = hosts.map((text, index) => {
    const file = `./hosts/vps-arm/readme-${index}.nix`
    write(flake, file, `{ config, lib, pkgs, ... }: {\n${text}\n}`)
    return file
  })
  write(flake, 'readme.nix', `{ imports = [ ${files.join(' ')} ]; }`)
  const apply = `c: (c.extendModules { modules = [ ${flake.folder}/readme.nix ]; }).config.system.build.toplevel.drvPath`
  const attribute = `${flake.url}#nixosConfigurations.vps-arm`
  const finished = await flake.nix(['eval', '--raw', '--impure', '--apply', apply, attribute])
  return [finished.stdout.endsWith('.drv') ? { kind: 'passed', name } : failureOf(name, finished)]
}

function nixIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^( *)```nix\n(.*?)^\1```$/gms)].map(([, , text]) => text ?? '')
}

function isOfGuest(text: string): boolean {
  return /^ *lean\.secrets\./m.test(text)
}

function write(flake: Flake, path: string, text: string): void {
  const file = join(flake.folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
