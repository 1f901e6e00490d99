/** The text of a file that a derivation would write, without building it: nothing can be built where nothing is cached. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { must } from '../../box/process.ts'
import type { Flake } from './flake.ts'

interface Derivation {
  readonly env: Readonly<Record<string, string>>
  readonly inputDrvs: Readonly<Record<string, unknown>>
}

const STORE_PATH = /^(\/nix\/store\/[a-z0-9]{32}-[^/\s]+)(\/\S*)?$/
const PROGRAM = /\/nix\/store\/[a-z0-9]{32}-[^/\s"']+\/s?bin\/([\w.-]+)/g

/** `text` itself, or what would stand in the file if it is a store path; `from` are the derivations it comes from. */
export async function textOf(flake: Flake, text: string, from: readonly string[]): Promise<string> {
  const [, output = '', below = ''] = STORE_PATH.exec(text) ?? []
  const shown = await show(flake, from)
  const derivation = shown.find(({ env }) => env['out'] === output)
  if (derivation === undefined) return text
  const folder = mkdtempSync(join(dirname(flake.folder), 'texts-'))
  return readFileSync(join(await make(flake, derivation, folder), below), 'utf8')
}

async function show(flake: Flake, paths: readonly string[]): Promise<readonly Derivation[]> {
  if (paths.length === 0) return []
  const { code, stdout, stderr } = await flake.plain(['derivation', 'show', ...paths])
  if (code !== 0) throw new Error(`nix derivation show ended with ${code}:\n${stderr}`)
  return Object.values(JSON.parse(stdout) as Record<string, Derivation>)
}

/** As writeText does, or runCommand with no more than programs that this machine has too; returns the file. */
async function make(flake: Flake, { env, inputDrvs }: Derivation, folder: string): Promise<string> {
  const out = join(folder, basename(env['out'] ?? ''))
  const { text, destination = '' } = env
  const inputs = (await show(flake, Object.keys(inputDrvs))).filter((it) => it.env['text'] !== undefined)
  let command = text ?? env['buildCommand'] ?? ''
  for (const input of inputs.filter((it) => command.includes(it.env['out'] ?? '')))
    command = command.replaceAll(input.env['out'] ?? '', await make(flake, input, folder))
  if (text === undefined) {
    const script = command.replaceAll(PROGRAM, '$1')
    await must(['bash', '-euo', 'pipefail', '-c', script], { env: { ...process.env, out } })
  } else {
    mkdirSync(dirname(join(out, destination)), { recursive: true })
    writeFileSync(join(out, destination), command)
  }
  return out
}
