/** What the reference server hands to other programs, read by those programs. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { must, run } from '../../box/process.ts'
import { programFile } from '../sources.ts'
import { failureOf } from './cases.ts'
import type { Flake } from './flake.ts'
import type { Outcome } from './outcome.ts'
import { verdict } from './outcome.ts'
import { textOf } from './texts.ts'
import { verifyUnits } from './units.ts'

interface Rendered {
  readonly sshd_config: string
  readonly Caddyfile: string
  readonly nftables: Readonly<Record<string, string>>
  readonly units: Readonly<Record<string, string>>
}

/** Of each text the derivations it comes from, for it may be the path of a file in the store. */
const WITH_ORIGIN = `r:
  let
    origin = _: v:
      if builtins.isString v
      then { text = v; from = builtins.attrNames (builtins.getContext v); }
      else builtins.mapAttrs origin v;
  in builtins.mapAttrs origin (r // { units = { }; }) // { inherit (r) units; }`

interface Origin {
  readonly text: string
  readonly from: readonly string[]
}

interface WithOrigin {
  readonly sshd_config: Origin
  readonly Caddyfile: Origin
  readonly nftables: Readonly<Record<string, Origin>>
  readonly units: Rendered['units']
}

interface Reader {
  readonly name: string
  /** Every one is needed. */
  readonly programs: readonly string[]
  /** What the program finds wrong. */
  readonly read: (rendered: Rendered, folder: string) => Promise<string | undefined>
}

const readers: readonly Reader[] = [
  { name: 'sshd accepts sshd_config', programs: ['sshd', 'ssh-keygen'], read: readBySshd },
  { name: 'Caddy accepts the Caddyfile', programs: ['caddy'], read: readByCaddy },
  { name: 'nft accepts the rulesets of host and guests', programs: ['nft', 'unshare'], read: readByNft },
  {
    name: 'systemd accepts the units',
    programs: ['systemd-analyze'],
    read: ({ units }, folder) => verifyUnits(units, folder),
  },
]

export const readerNames: readonly string[] = readers.map(({ name }) => name)

export async function renderedOutcomes(flake: Flake): Promise<Outcome[]> {
  const attribute = `${flake.url}#checks.aarch64-linux.evaluation.rendered`
  const finished = await flake.nix(['eval', '--json', '--apply', WITH_ORIGIN, attribute])
  if (finished.code !== 0) return readerNames.map((name) => failureOf(name, finished))
  const files = await readable(flake, JSON.parse(finished.stdout) as WithOrigin)
  const outcomes: Outcome[] = []
  for (const { name, programs, read } of readers) {
    const missing = programs.filter((program) => programFile(program) === undefined)
    const folder = join(flake.folder, '..', 'rendered', programs[0] ?? '')
    mkdirSync(folder, { recursive: true })
    if (missing.length > 0)
      outcomes.push({ kind: 'not run', name, why: `this machine has no ${missing.join(', ')}` })
    else outcomes.push(verdict(name, await read(files, folder)))
  }
  return outcomes
}

async function readable(flake: Flake, { units, ...files }: WithOrigin): Promise<Rendered> {
  const read = ({ text, from }: Origin) => textOf(flake, text, from)
  const rulesets: Record<string, string> = {}
  for (const [name, origin] of Object.entries(files.nftables)) rulesets[name] = await read(origin)
  return {
    units,
    sshd_config: await read(files.sshd_config),
    Caddyfile: await read(files.Caddyfile),
    nftables: rulesets,
  }
}

/** The key it names lies on the server; one of the same kind stands in. */
async function readBySshd({ sshd_config }: Rendered, folder: string): Promise<string | undefined> {
  const key = join(folder, 'host-key')
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
  const { config, refused } = withoutNewerKeyExchange(
    sshd_config.replaceAll(/^HostKey .*$/gm, `HostKey ${key}`),
  )
  const problem = await complaintOf(['sshd', '-t', '-f'], write(folder, 'sshd_config', config))
  return problem ?? refused
}

/** What OpenSSH 9.2 of Debian 12 does not know; another unknown name is still an error. */
const NEWER_EXCHANGES = ['mlkem768x25519-sha256', 'sntrup761x25519-sha512']

function withoutNewerKeyExchange(config: string): { config: string; refused: string | undefined } {
  const exchanges = /^KexAlgorithms (.*)$/m.exec(config)?.[1]?.split(',') ?? []
  const older = exchanges.filter((name) => !NEWER_EXCHANGES.includes(name))
  const refused =
    exchanges.length > 0 && older.length === 0 ? 'KexAlgorithms names only the newest' : undefined
  return { config: config.replace(/^(KexAlgorithms ).*$/m, `$1${older.join(',')}`), refused }
}

async function readByCaddy({ Caddyfile }: Rendered, folder: string): Promise<string | undefined> {
  // It makes the directories that its log files need; they must not be those of this machine.
  const text = Caddyfile.replaceAll('/var/log/caddy', join(folder, 'log'))
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const argv = ['validate', '--adapter', 'caddyfile', '--config', write(folder, 'Caddyfile', text)]
  return complaintOf([programFile('caddy') ?? 'caddy', ...argv.slice(0, -1)], argv.at(-1) ?? '', env)
}

/** In a network of its own: nft asks the kernel even to check. */
async function readByNft({ nftables }: Rendered, folder: string): Promise<string | undefined> {
  const own =
    process.getuid?.() === 0 ? ['unshare', '--net'] : ['unshare', '--user', '--map-root-user', '--net']
  const complaints: string[] = []
  for (const [name, rules] of Object.entries(nftables)) {
    // What the server is to delete of its former ruleset stands in a file there.
    const text = rules.replaceAll(/^include "\/var\/lib\/.*"$/gm, '')
    const file = write(folder, `${name}.nft`, text)
    const complaint = await complaintOf([...own, programFile('nft') ?? 'nft', '--check', '--file'], file)
    if (complaint !== undefined) complaints.push(`${name}: ${complaint}`)
  }
  return complaints.length === 0 ? undefined : complaints.join('\n')
}

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

async function complaintOf(
  [program = '', ...args]: readonly string[],
  file: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const { code, stdout, stderr } = await run([programFile(program) ?? program, ...args, file], { env })
  return code === 0 ? undefined : `${program} ended with ${code}:\n${stdout}${stderr}`
}
